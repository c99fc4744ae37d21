"""The logs made up for the benchmark are logs: all of each is read, nothing in it misleads."""

import random

from analysis.logs import read_logs
from benchmarks.corpus import make_corpus, make_log, make_output


def test_the_same_number_gives_the_same_log():
    said = make_output(random.Random(7))
    assert make_log(3, said) == make_log(3, said) != make_log(4, said)


def test_all_of_a_made_up_log_is_read(tmp_path):
    raw, packed = make_corpus(tmp_path, 10)
    logs = read_logs(raw)
    assert logs.logs["bytes"].sum() >= 10e6 and logs.logs["unread_lines"].sum() == 0
    assert set(logs.commands["command"].str.split().str[0]) == {"docker"}
    assert len(logs.builds) == len(logs.commands)
    assert set(logs.steps["status"]) <= {"ran", "cached", "failed"}
    assert set(logs.builds["cache_import"]) == {"ok"}
    same = read_logs({str(raw / path.stem): path for path in sorted(packed.iterdir())})
    assert same.steps.equals(logs.steps)
