"""However a log was stored or printed, the same is read from it."""

import codecs
import csv
import gzip
import io
import json
import random

import pandas as pd
import pytest
import yaml

from analysis.logs.reading import read_logs
from analysis.logs.stored import unpack
from analysis.logs.transport import clean

DIGEST = "sha256:" + 64 * "a"
LOG = f"""\
[Container] 2026/01/22 23:28:03.574404 Entering phase BUILD
[Container] 2026/01/22 23:28:03.574500 Running command docker buildx build \\
  --push .
#0 building with "x" instance using docker-container driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 2B done
#1 DONE 0.0s

#2 importing cache manifest from host:5000/app:cache
#2 inferred cache manifest type: application/vnd.oci.image.manifest.v1+json done
#2 DONE 0.1s

#3 [build 1/3] FROM docker.io/library/alpine:3@{DIGEST}
#3 {DIGEST} 3.64MB / 3.64MB 0.6s done
#3 extracting {DIGEST} 0.2s done
#3 DONE 0.8s

#4 [build 2/3] RUN echo "é, ü" && npm ci
#4 0.123 Installing, "quoted"
#4 0.456\u0020
#4 ...

#5 [build 3/3] COPY . .
#5 CACHED

#4 [build 2/3] RUN echo "é, ü" && npm ci
#4 9.999 ✓ done
#4 DONE 10.1s

#6 exporting to image
#6 exporting layers 1.4s done
#6 DONE 1.5s

#7 exporting cache to registry
#7 writing cache image manifest {DIGEST} 0.3s done
#7 DONE 0.9s

[Container] 2026/01/22 23:28:33.000001 Command did not exit successfully docker buildx build \\
  --push . exit status 7
[Container] 2026/01/22 23:28:33.000002 Phase complete: BUILD State: FAILED
[Container] 2026/01/22 23:28:33.000003 Phase context status code:  Message: x

Step 1/2 : FROM alpine
 ---> 0123456789ab
Step 2/2 : RUN a
 ---> Running in 0123456789ac
what a said
Removing intermediate container 0123456789ac
 ---> 0123456789ad
Successfully built 0123456789ad
"""
LINES = LOG.splitlines(keepends=True)


def as_csv(header="timestamp,message", quoting=csv.QUOTE_MINIMAL, rows=LINES):
    file = io.StringIO()
    file.write(header + "\n")
    csv.writer(file, lineterminator="\n", quoting=quoting).writerows(
        [1753862483202 + number // 9, row] for number, row in enumerate(rows)
    )
    return file.getvalue().encode()


def as_events(lines=LINES, **more):
    events = [{"timestamp": 1, "message": line, "ingestionTime": 2} for line in lines]
    return json.dumps({"events": events, "nextForwardToken": "f/1"}, indent=4, **more)


def as_insights():
    newest = [[f"2026-01-22 23:28:{59 - number:02d}.000", line] for number, line in enumerate(
        reversed(LINES))]  # fmt: skip
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([["@timestamp", "@message"], *newest])
    return file.getvalue().encode()


TABLE = [
    [f"2026-01-22 23:28:33.{number:03d}", line, "0a1b", "1:codebuild"]
    for number, line in enumerate(LINES)
]


def as_table(names, sign=","):
    """The columns of TABLE by name: time, message, stream, group."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=sign, lineterminator="\n")
    writer.writerows([names, *([row[COLUMNS[name]] for name in names] for row in TABLE)])
    return file.getvalue().encode()


COLUMNS = {"@timestamp": 0, "@message": 1, "@logStream": 2, "@log": 3, "timestamp": 0,
           "message": 1, "@ingestionTime": 0}  # fmt: skip


def as_results(rows=TABLE):
    """What `aws logs get-query-results` prints."""
    fields = [
        [{"field": "@ptr", "value": "Cp"}, {"field": "@message", "value": row[1]},
         {"field": "@timestamp", "value": row[0]}] for row in rows
    ]  # fmt: skip
    return json.dumps(
        {"results": fields, "statistics": {}, "status": "Complete"}, indent=4
    ).encode()


def as_lines(**of):
    """Lines of a JSON logger, each with what `of` says of a line without its line feed."""
    rows = ({key: make(line[:-1]) for key, make in of.items()} for line in LINES)
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def same(text):
    return lambda line: text


def as_copy(opened):
    """A copy of CloudWatch's console; the rows that `opened` says show their message twice."""
    rows = []
    for number, line in enumerate(LINES):
        message = line[:-1]
        rows.append(f"2026-01-22T23:28:03.{number:03d}-07:00\n{message}\n")
        if opened(number) and message:
            rows.append(f"{message}\n" + "Copy\n" * (number % 2))
    return "".join(rows).encode()


def as_aws_text():
    rows = (f"EVENTS\t1753862483206\t{line}\t1753862483202\n" for line in LINES)
    return "".join(rows).encode()


def as_aws_text_of_whole_lines():
    rows = (f"EVENTS\t1753862483206\t{line}\n\t1753862483202\n" for line in LINES)
    return ("b/37/s\tf/38/s\n" + "".join(rows)).encode()


def prefixed(make):
    return "".join(make(number) + line for number, line in enumerate(LINES)).encode()


CONTAINERS = {
    "plain": (LOG.encode(), "plain", "utf-8"),
    "without a last line feed": (LOG.rstrip("\n").encode(), "plain", "utf-8"),
    "byte order mark": (codecs.BOM_UTF8 + LOG.encode(), "plain", "utf-8"),
    "CRLF": (LOG.replace("\n", "\r\n").encode(), "plain", "utf-8"),
    "UTF-16": (LOG.encode("utf-16"), "plain", "utf-16"),
    "UTF-16 big endian": (codecs.BOM_UTF16_BE + LOG.encode("utf-16-be"), "plain", "utf-16"),
    "UTF-16 without mark": (LOG.encode("utf-16-le"), "plain", "utf-16"),
    "UTF-16 with CRLF": (LOG.replace("\n", "\r\n").encode("utf-16"), "plain", "utf-16"),
    "gzip": (gzip.compress(LOG.encode()), "plain", "utf-8"),
    "gzip of two members": (
        gzip.compress(LOG[:900].encode()) + gzip.compress(LOG[900:].encode()), "plain", "utf-8",
    ),
    "gzip of UTF-16": (gzip.compress(LOG.encode("utf-16")), "plain", "utf-16"),
    "CSV of the console": (as_csv(), "csv", "utf-8"),
    "CSV with CRLF": (as_csv().replace(b"\n", b"\r\n"), "csv", "utf-8"),
    "CSV, all quoted": (as_csv(quoting=csv.QUOTE_ALL), "csv", "utf-8"),
    "CSV without line feeds in it": (as_csv(rows=[line[:-1] for line in LINES]), "csv", "utf-8"),
    "CSV, newest first": (as_insights(), "csv", "utf-8"),
    "gzip of CSV": (gzip.compress(as_csv()), "csv", "utf-8"),
    "JSON of get-log-events": (as_events().encode(), "json", "utf-8"),
    "JSON without escapes": (as_events(ensure_ascii=False).encode(), "json", "utf-8"),
    "JSON as PowerShell writes it": (as_events().encode("utf-16"), "json", "utf-16"),
    "JSON of filter-log-events": (
        as_events().replace('"timestamp"', '"logStreamName": "a", "timestamp"').encode(),
        "json", "utf-8",
    ),
    "JSON, two pages": ((as_events(LINES[:20]) + "\n" + as_events(LINES[20:])).encode(),
                        "json", "utf-8"),
    "JSON, list of texts": (json.dumps(LINES).encode(), "json", "utf-8"),
    "CSV, message first": (as_table(["@message", "@timestamp"]), "csv", "utf-8"),
    "CSV, many columns": (
        as_table(["@logStream", "@ingestionTime", "@message", "@timestamp", "@log"]), "csv",
        "utf-8",
    ),
    "CSV, message alone": (as_table(["@message"]), "csv", "utf-8"),
    "CSV with semicolons": (as_table(["timestamp", "message"], ";"), "csv", "utf-8"),
    "TSV": (as_table(["@timestamp", "@message"], "\t"), "csv", "utf-8"),
    "JSON of get-query-results": (as_results(), "json", "utf-8"),
    "JSON of get-query-results, newest first": (as_results(TABLE[::-1]), "json", "utf-8"),
    "JSON of Insights": (
        json.dumps([{"@timestamp": row[0], "@message": row[1]} for row in TABLE]).encode(),
        "json", "utf-8",
    ),
    "JSON, rows of time and message": (json.dumps([row[:2] for row in TABLE]).encode(), "json",
                                       "utf-8"),
    "JSON, rows of a message": (json.dumps([[line] for line in LINES]).encode(), "json", "utf-8"),
    "JSON, bare events": (json.dumps(json.loads(as_events())["events"]).encode(), "json", "utf-8"),
    "JSON of Loki": (
        json.dumps({"data": {"result": [{"stream": {"app": "a"}, "values": [
            [f"17538624832{number:08d}", line] for number, line in enumerate(LINES)]}]}}).encode(),
        "json", "utf-8",
    ),
    "JSON of Elasticsearch": (
        json.dumps({"hits": {"total": 9, "hits": [
            {"_id": "a", "_source": {"@timestamp": row[0], "log": {"message": row[1]}}}
            for row in TABLE]}}).encode(),
        "json", "utf-8",
    ),
    "text of the AWS CLI": (as_aws_text(), "csv", "utf-8"),
    "text of whole lines after the tokens": (as_aws_text_of_whole_lines(), "csv", "utf-8"),
    "a blank line after each": (LOG.replace("\n", "\n\n").encode(), "plain", "utf-8"),
    "YAML of the AWS CLI": (
        yaml.safe_dump({"events": json.loads(as_events())["events"]}).encode(), "json", "utf-8",
    ),
    "copy of the console": (as_copy(lambda number: False), "plain", "utf-8"),
    "copy of the console, opened": (as_copy(lambda number: True), "plain", "utf-8"),
    "copy of the console, some opened": (as_copy(lambda number: number % 3), "plain", "utf-8"),
    "JSON lines of zap": (
        as_lines(level=same("info"), ts=same(1769124483.5), caller=same("a.go:1"), msg=str),
        "json", "utf-8",
    ),
    "JSON lines of pino": (
        as_lines(level=same(30), time=same(1769124483000), pid=same(1), msg=str), "json", "utf-8",
    ),
    "JSON lines of journald": (
        as_lines(__REALTIME_TIMESTAMP=same("1769124483000000"), MESSAGE=str, PRIORITY=same("6")),
        "json", "utf-8",
    ),
    "JSON lines of Cloud Logging": (
        as_lines(textPayload=str, timestamp=same("2026-01-22T23:28:03Z"), logName=same("a")),
        "json", "utf-8",
    ),
    "JSON lines by an unknown name": (as_lines(severity=same("INFO"), said=str), "json", "utf-8"),
    "JSON lines of Fluent Bit": (
        as_lines(log=lambda line: line + "\n", kubernetes=same({"pod_name": "a", "labels": {}})),
        "json", "utf-8",
    ),
    "JSON lines, message within": (as_lines(jsonPayload=lambda line: {"message": line}), "json",
                                   "utf-8"),
    "JSON lines in events": (
        as_events([json.dumps({"log": line, "stream": "stderr"}) for line in LINES]).encode(),
        "json", "utf-8",
    ),
    "JSON lines behind a prefix": (
        "".join(f"2026-01-22T23:28:03.123456789Z stdout F {json.dumps({'msg': line[:-1]})}\n"
                for line in LINES).encode(),
        "json", "utf-8",
    ),
    "logfmt": (
        "".join(f"time=2026-01-22T23:28:03Z level=info msg={json.dumps(line[:-1])} app=\"a b\"\n"
                for line in LINES).encode(),
        "plain", "utf-8",
    ),
    "logfmt without escapes": (
        "".join(f'ts="2026-01-22T23:28:03Z" level=info msg="{line[:-1]}" service=a\n'
                for line in LINES).encode(),
        "plain", "utf-8",
    ),
    "lines of Ansible": (
        "".join(f"        {json.dumps(line[:-1])},\n" for line in LINES).encode(),
        "plain", "utf-8",
    ),
    "prefix in events": (
        as_events([f"2026-01-22T23:28:03Z [INFO] {line}" for line in LINES]).encode(),
        "json", "utf-8",
    ),
    "coloured lines": (
        "".join(f"\x1b[36m{line[:-1]}\x1b[0m\n" for line in LINES).encode(), "plain", "utf-8",
    ),
    "CRCRLF": (LOG.replace("\n", "\r\r\n").encode(), "plain", "utf-8"),
    "JSON lines of a container": (
        "".join(json.dumps({"log": line, "stream": "stdout"}) + "\n" for line in LINES).encode(),
        "json", "utf-8",
    ),
}  # fmt: skip
ISO = "2026-01-22T23:28:0{}.1234567Z"
LEVELS = ("INFO", "DEBUG", "WARN")
PREFIXES = {
    "GitHub": lambda number: ISO.format(number % 9) + " ",
    "GitHub, downloaded with its job": lambda number: f"build\tRun docker\t{ISO.format(1)} ",
    "Jenkins": lambda number: f"[2026-01-22T23:28:0{number % 9}.123Z] ",
    "Jenkins, clock": lambda number: f"23:28:0{number % 9}  ",
    "clock": lambda number: f"[23:28:0{number % 9}] ",
    "console": lambda number: f"{number:4d} | ",
    "RFC 1123": lambda number: "Thu, 22 Jan 2026 23:28:03 GMT ",
    "compose": lambda number: "agent_1  | \x1b[0m",
    "compose, new names": lambda number: "my.project-agent-1  | ",
    "GitLab": lambda number: "2026-01-22T23:28:03.123456Z 00O ",
    "Kubernetes": lambda number: "2026-01-22T23:28:03.123456789Z stdout F ",
    "logs tail": lambda number: (
        "2026-01-22T23:28:03.123000+00:00 0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f "
    ),
    "milliseconds": lambda number: "1753862483202\t",
    "number and time": lambda number: f"{number} | {ISO.format(1)} ",
    "tab": lambda number: "\t" if number else "",
    "blanks": lambda number: "    ",
    "level": lambda number: f"{ISO.format(number % 9)} [{LEVELS[number % 3]}] ",
    "level, padded": lambda number: f"{ISO.format(1)} {LEVELS[number % 3]:5} ",
    "two blanks": lambda number: ISO.format(number % 9) + "  ",
    "bracketed date": lambda number: f"[2026-01-22 23:28:0{number % 9}] ",
    "logs tail, short": lambda number: f"2026-01-22T23:28:0{number % 9} ",
    "logs tail, stream with slashes": lambda number: (
        "2026-01-22T23:28:03.123000+00:00 build/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f "
    ),
    "name and bar": lambda number: "myapp | ",
    "names of different lengths": lambda number: f"{('web', 'worker-1')[number > 30]:9} | ",
    "colour": lambda number: "\x1b[36m",
    "coloured time": lambda number: f"\x1b[90m23:28:0{number % 9}\x1b[0m \x1b[32mINFO\x1b[0m ",
    "syslog": lambda number: f"Jan 22 23:28:0{number % 9} host dockerd[{number % 99}]: ",
    "syslog of 2009": lambda number: f"<14>1 {ISO.format(1)} host app {number} ID47 - ",
    "journald": lambda number: "2026-01-22T23:28:03+0000 host build.sh[4711]: ",
    "Tekton": lambda number: f"[{('clone : clone', 'build : step-build')[number > 3]}] ",
    "Argo": lambda number: "hello-world-x7k2q: ",
    "stern": lambda number: "builder-6d4cf56db6-x7k2q buildkitd \u2502 ",
    "kubectl, by pod": lambda number: "[pod/builder-6d4cf56db6-x7k2q/build] ",
    "klog": lambda number: f"I0122 23:28:03.12345{number % 9}    4711 build.go:{number}] ",
    "Java": lambda number: f"2026-01-22 23:28:03,12{number % 9} INFO  [main] c.e.Build - ",
    "Python": lambda number: f"2026-01-22 23:28:03,123 - build - {LEVELS[number % 3]} - ",
    "Python, bare": lambda number: f"{LEVELS[number % 3]}:build:",
    "Heroku": lambda number: "2026-01-22T23:28:03.123456+00:00 app[web.1]: ",
    "Bamboo": lambda number: f"build\t22-Jan-2026 23:28:0{number % 9}\t",
    "TeamCity": lambda number: f"[23:28:0{number % 9}]W:\t [Step 1/2] ",
    "Drone": lambda number: f"[build:{number}] ",
    "Woodpecker": lambda number: f"[build:L{number}:{number // 9}s] ",
    "Cloud Build": lambda number: 'Step #1 - "Build image": ',
    "AppVeyor": lambda number: f"[00:01:{number % 60:02d}] ",
    "Azure, downloaded": lambda number: "\ufeff" * (number == 0) + ISO.format(number % 9) + " ",
    "GitHub, of other steps": lambda number: (
        f"build (amd64)\t{('Set up job', 'Build & push')[number > 2]}\t{ISO.format(1)} "
    ),
    "Buildkite": lambda number: f"\x1b_bk;t=17538624832{number:02d}\x07",
    "concurrently": lambda number: "[0] ",
    "turbo": lambda number: "web:docker: ",
    "foreman": lambda number: f"23:28:0{number % 9} build.1   | ",
    "quotation": lambda number: "> ",
    "Terraform's box": lambda number: "\u2502 ",
    "numbers of cat": lambda number: f"{number + 1:6d}\t",
    "numbers of grep": lambda number: f"build.log:{number + 1}:",
    "ts": lambda number: f"Jan 22 23:28:0{number % 9} ",
    "annotate-output": lambda number: f"23:28:0{number % 9} {'OE'[number % 2]}: ",
    "seconds": lambda number: f"1753862483.{number:06d} ",
    "elapsed": lambda number: f"[{number / 9:9.3f}] ",
    "US date": lambda number: f"01/22/2026 11:28:0{number % 9} PM: ",
    "date": lambda number: "Thu Jan 22 23:28:03 UTC 2026: ",
    "web server": lambda number: f"[22/Jan/2026:23:28:0{number % 9} +0000] ",
    "Spinnaker": lambda number: (
        f"2026-01-22 23:28:03.12{number % 9}  INFO 7 --- [  job-{number % 3}] "
    ),
}


def frames_of(data):
    """All that must not depend on how the log came."""
    logs = read_logs({"log": data})
    frames = {name: getattr(logs, name) for name in vars(logs)}
    kept = ["log", "lines", "unread_lines", "source", "problem"]
    return frames | {"logs": frames["logs"][kept]}


EXPECTED = frames_of(LOG.encode())


def assert_same(data):
    for name, frame in frames_of(data).items():
        pd.testing.assert_frame_equal(frame, EXPECTED[name], obj=name)


def test_the_plain_log_is_read_right():
    assert EXPECTED["steps"]["status"].tolist() == [
        "ran", "ran", "ran", "ran", "cached", "ran", "ran", "ran", "ran",
    ]  # fmt: skip
    assert EXPECTED["steps"]["seconds"].tolist()[:4] == [0.0, 0.1, 0.8, 10.1]
    assert EXPECTED["steps"]["output_lines"].tolist() == [0, 0, 0, 3, 0, 0, 0, 0, 1]
    assert EXPECTED["commands"]["exit_code"].tolist() == [7]
    assert EXPECTED["commands"]["command"].tolist() == ["docker buildx build \\\n  --push ."]
    assert EXPECTED["builds"]["cache_export"].tolist() == ["ok", "none"]
    assert EXPECTED["logs"]["unread_lines"].tolist() == [0]


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_and_encodings(name):
    data, form, encoding = CONTAINERS[name]
    found = read_logs(data).logs.iloc[0]
    assert (found["format"], found["encoding"], found["bytes"]) == (form, encoding, len(data))
    assert_same(data)


@pytest.mark.parametrize("name", PREFIXES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_prefixes(name, end):
    assert_same(prefixed(PREFIXES[name]).replace(b"\n", end.encode()))


@pytest.mark.parametrize("name", PREFIXES)
def test_prefixes_whose_blanks_were_cut_at_line_ends(name):
    data = prefixed(PREFIXES[name])
    stripped = b"\n".join(line.rstrip(b" \t") for line in data.split(b"\n"))
    frames = frames_of(stripped)
    pd.testing.assert_frame_equal(frames["steps"], EXPECTED["steps"])


def test_blanks_at_line_ends_do_no_harm():
    assert_same(LOG.replace("#4 0.456 \n", "#4 0.456\n").replace("\n", " \n").encode())


@pytest.mark.parametrize(
    ("name", "source"), [("GitHub", "github"), ("Jenkins", "jenkins"), ("console", "drone")]
)
def test_the_writer_is_told_by_its_prefix(name, source):
    log = "#1 [2/2] RUN a\n#1 0.1 b\n#1 DONE 0.1s\n"
    data = "".join(PREFIXES[name](0) + line for line in log.splitlines(keepends=True))
    assert read_logs(data.encode()).logs["source"].item() == source


def test_times_in_a_program_s_output_are_no_prefix():
    log = '#0 building with "x" instance using y\n\n#1 [2/2] RUN a\n'
    log += "".join(f"#1 0.{number} 12:03:4{number % 9}  tick\n" for number in range(9))
    assert clean(log.encode()).text == log.encode()


def test_lines_that_powershell_wrapped_are_joined():
    wrapped = (
        'docker : #0 building with "x" instance using docker driver\r\nAt line:1 char:1\r\n'
        "+ docker build . 2>&1\r\n    + FullyQualifiedErrorId : NativeCommandError\r\n \r\n\r\n"
        f"#1 [base 1/2] FROM \r\ndocker.io/library/alpine:3@{DIGEST}\r\n"
        f"#1 resolve docker.io/library/alpine:3@{DIGEST[:30]}\r\n{DIGEST[30:]} 0.5s done\r\n"
        "#1 DONE 1.5s\r\n\r\n#2 [base 2/2] RUN a && b &&   \r\n  c\r\n#2 0.1 10%\r\n20%\r\n"
        "#2 DONE 0.3s\r\n"
    )
    logs = read_logs(wrapped.encode("utf-16"))
    assert logs.steps["name"].tolist() == [
        f"FROM docker.io/library/alpine:3@{DIGEST}",
        "RUN a && b &&     c",
    ]
    assert logs.parts[["part", "seconds"]].values.tolist() == [["resolve", 0.5]]


def test_json_that_is_cut_off_gives_its_whole_events():
    text = as_events()
    logs = read_logs(text[: text.index("#6 exporting layers") + 30].encode())
    assert logs.steps["step"].tolist() == [1, 2, 3, 4, 5, 6]
    assert logs.steps["status"].tolist()[-1] == "unfinished"


def test_json_with_a_foreign_escape_is_read_as_it_stands():
    text = json.dumps({"events": [{"message": LINES[0]}]}).replace("BUILD", "BUILD\\x")
    assert read_logs(text.encode()).phases["phase"].tolist() == ["BUILD\\x"]


def test_gzip_followed_by_rubbish_is_read():
    assert unpack(gzip.compress(b"a") + b"rubbish", "x") == b"a"


def test_a_long_field_in_csv_is_read_and_the_limit_put_back():
    usual = csv.field_size_limit()
    data = as_csv(rows=[*LINES, "x" * 200_000 + "\n"])
    assert read_logs(data).logs["lines"].item() == len(LINES) + 1
    assert csv.field_size_limit() == usual


def assert_less_certain(data, ends):
    """Of a log cut short: the same steps, each as in the whole log or still unfinished."""
    found = read_logs({str(end): data[:end] for end in ends}).steps
    keys = ["build", "step"]
    both = found.merge(EXPECTED["steps"], on=keys, suffixes=("", "_whole"), how="left")
    assert both["status_whole"].notna().all(), both[both["status_whole"].isna()]
    wrong = (both["status"] != both["status_whole"]) & (both["status"] != "unfinished")
    wrong |= both["seconds"] > both["seconds_whole"]
    # the line that was cut may pass for output
    wrong |= both["output_lines"] > both["output_lines_whole"] + 1
    assert not wrong.any(), both[wrong]


def test_a_log_cut_anywhere_is_read_and_only_less_certain():
    data = LOG.encode()
    assert_less_certain(data, range(len(data)))


@pytest.mark.parametrize("name", ["CRLF", "UTF-16", "CSV of the console", "JSON of get-log-events"])
def test_a_container_cut_anywhere_is_read_and_only_less_certain(name):
    data = CONTAINERS[name][0]
    assert_less_certain(data, random_ends(data, 500))


@pytest.mark.parametrize(
    "name", ["GitHub", "compose", "GitLab", "tab", "level", "syslog", "Tekton"]
)
def test_a_prefixed_log_cut_anywhere_is_read_and_only_less_certain(name):
    data = prefixed(PREFIXES[name])
    assert_less_certain(data, random_ends(data, 150))


def random_ends(data, count):
    seed = random.randrange(10**6)
    print("seed", seed)
    return random.Random(seed).sample(range(len(data)), count)


def test_rubbish_in_a_log_never_raises():
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    spoiled = []
    for data, *_ in CONTAINERS.values():
        for _ in range(8):
            spoiled.append(bytearray(data))
            for _ in range(20):
                spoiled[-1][chance.randrange(len(data))] = chance.randrange(256)
    assert len(read_logs(map(bytes, spoiled)).logs) == len(spoiled)


@pytest.mark.parametrize(
    "time",
    ["1e999", "-1e999", "NaN", "1e300", "1" + "0" * 400, "1e11", "99999999999999999999"],
)
def test_a_time_that_is_none_costs_nothing_but_itself(time):
    """Some of these had been divided for ever, and others had cost the whole log."""
    events = (
        '{"timestamp": 1700000000000, "message": "#1 [1/2] FROM a"}, '
        f'{{"timestamp": {time}, "message": "#1 DONE 0.5s"}}'
    )
    read = read_logs({"a": f'{{"events": [{events}]}}'.encode()})
    assert read.logs["problem"].isna().all()
    assert read.steps["seconds"].tolist() == [0.5]
    assert read.logs["started"].dt.year.tolist() == [2023]
