"""Small files of a project, and what a rule finds in them."""

import pytest

from analysis.doctor.diagnosis import judge
from analysis.doctor.reading import read_case


@pytest.fixture
def find(tmp_path):
    """Writes files by name ("folder/" makes a folder); file:line of what a rule finds there."""

    def find(rule, files):
        for name, text in files.items():
            path = tmp_path / name
            if name.endswith("/"):
                path.mkdir(parents=True, exist_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        kept, _ = judge(read_case([tmp_path]))
        places = [each for each in kept if each.rule == rule]
        return [f"{each.file.relative_to(tmp_path).as_posix()}:{each.line}" for each in places]

    return find
