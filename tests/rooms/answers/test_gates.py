"""What an answer tells that these runs can't say."""

import dataclasses
from pathlib import Path

from analysis.answers.gates import _list_misplaced
from analysis.results import read_experiment

CONTROL = Path(__file__).parents[3] / "data" / "control"


def test_a_change_that_hit_another_layer_is_told():
    control = read_experiment(CONTROL)
    assert _list_misplaced(control) == []
    for text, told in {"COPY x /": ["source"], "COPY app/ app/": []}.items():
        layer = {"stage": "", "position": 0, "instruction": text}
        changes = {"source": {"file": "app/a.py", "layers": [layer]}}
        facts = control.facts | {"changes": changes}
        assert _list_misplaced(dataclasses.replace(control, facts=facts)) == told
