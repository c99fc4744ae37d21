"""What goes on is told on one stream: lines in a file, a bar on a terminal."""

import io

from analysis.experiment import progress as module
from analysis.experiment.in_lab import find_step
from analysis.experiment.progress import Progress

RECORD = {"run": "docker.cold.01", "status": "succeeded", "seconds": 12.34}


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_file_gets_a_line_for_each_thing_and_the_time_left():
    stream = io.StringIO()
    progress = Progress(stream=stream)
    progress.say("starting the lab")
    progress.count(builds=4, sequences=2)
    progress.begin("docker in round 1", 1)
    progress.finish(RECORD)
    progress.begin("buildx-load in round 1", 2)
    progress.close()
    assert stream.getvalue().splitlines() == [
        "starting the lab",
        "1 of 2: docker in round 1",
        "docker.cold.01: succeeded in 12.3 s",
        "2 of 2: buildx-load in round 1; 1 of 4 builds done, about 1 min left",
    ]


def test_a_terminal_has_a_bar_that_says_what_runs_now():
    stream = Terminal()
    progress = Progress(stream=stream)
    progress.count(builds=4, sequences=2)
    progress.show("cold: [2/4] RUN make")
    progress.finish(RECORD)
    progress.close()
    assert "0/4" in stream.getvalue() and "1/4" in stream.getvalue()
    assert "cold: [2/4] RUN make" in stream.getvalue()
    assert "docker.cold.01: succeeded in 12.3 s\n" in stream.getvalue()


def test_a_file_hears_what_runs_now_when_there_was_no_line_for_a_while(monkeypatch):
    stream = io.StringIO()
    progress = Progress(stream=stream)
    progress.show("too soon")
    monkeypatch.setattr(module, "QUIET_SECONDS", 0)
    progress.show("cold: [2/4] RUN make")
    assert stream.getvalue() == "  cold: [2/4] RUN make\n"


def test_whoever_asks_for_the_lines_gets_them_and_nothing_else_is_shown(capsys):
    lines = []
    progress = Progress(lines.append)
    progress.count(builds=1, sequences=1)
    progress.show("cold: [2/4] RUN make")
    progress.finish(RECORD)
    assert lines == ["docker.cold.01: succeeded in 12.3 s"]
    assert capsys.readouterr().out == ""


def test_the_step_that_runs_is_the_last_that_a_log_names():
    log = (
        b"[Container] 2026/11/01 10:00:00.1 Running command docker build .\n"
        b"#5 [internal] load build definition from Dockerfile\n#5 DONE 0.1s\n"
        b"#7 [2/4] RUN pip install\n#7 0.512 Collecting click\n"
    )
    assert find_step(log) == "[2/4] RUN pip install"
    assert find_step(b"#7 0.512 Collecting click\n") is None
    assert find_step(b"[Container] 2026/11/01 10:00:00.1 Running command docker push x\n") == (
        "docker push x"
    )
    assert find_step(b"#9 exporting layers 7.5s done\n") == "exporting layers 7.5s done"


def test_a_line_tells_no_secret_and_steers_no_terminal():
    stream = io.StringIO()
    Progress(stream=stream).say("broke off: PASSWORD=8fj3kd02kd9s \x1b[31mred \udc80")
    assert stream.getvalue() == "broke off: PASSWORD=REDACTED \\x1b[31mred \\udc80\n"
