"""experiment.json: what all runs of an experiment have in common, and that new ones have it too."""

import contextlib
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis import records
from analysis.errors import RecordError
from analysis.experiment.contexts import choose_bases, digest_of, digest_replacements
from analysis.experiment.recorded import same_settings
from analysis.experiment.settings import Settings, as_json
from analysis.lab import (
    LINK,
    NEWEST,
    NEWEST_TAG,
    SETTING,
    STORE,
    THROUGH,
    THROUGH_SETTING,
    VERSION,
    Images,
)
from analysis.redaction import redact_values
from analysis.workload import SCENARIOS, UNSHAPED, BuildOptions, Strategy, read_link

# those for where builds run, and for what their strategies ask of the lab
_PLACE, _NEEDS, _LAB = "place", "needs", "lab"
_SAME = ("context_digest", "images", "bases", "replacements", "lab", "link_numbers")
# by what an experiment's things elsewhere are known to be its own
# and what a call may add: the looks after which it is judged whether more rounds are built
_OWN = ("id", "holder", "looks")


def gather_facts(
    context: Path,
    images: Images,
    strategies: Sequence[Strategy],
    replacements: Path | None = None,
    options: BuildOptions | None = None,
) -> dict[str, Any]:
    """What experiment.json is to say; bases as of choose_bases, all else that varies by sha256.

    ContextError when the context is none.
    """
    options = options or BuildOptions()
    return {
        "format": records.FORMAT,
        _PLACE: _LAB,
        "context": context.resolve().name,
        "context_digest": digest_of(context, options),
        "images": asdict(images),
        _NEEDS: sorted(set(list_needs(strategies))),
        "bases": choose_bases(context, images, replacements, options),
        "replacements": digest_replacements(replacements),
        "buildspecs": {
            strategy.name: hashlib.sha256(strategy.buildspec.text.encode()).hexdigest()
            for strategy in strategies
        },
    }


def describe_lab(settings: Settings) -> dict[str, Any]:
    """What experiment.json is to say of the lab: its version, and what its link stands for."""
    return {"lab": VERSION, "link_numbers": read_link(settings.link).numbers}


def list_needs(strategies: Iterable[Strategy]) -> Iterator[str]:
    """What each strategy's buildspec asks of the lab: an S3 store, the newest BuildKit,

    a registry that pulls through.
    """
    for strategy in strategies:
        text = strategy.buildspec.text
        if SETTING in text:
            yield STORE
        if NEWEST_TAG in text:
            yield NEWEST
        if THROUGH_SETTING in text:
            yield THROUGH


def check_facts(
    folder: Path, facts: Mapping[str, Any], scenarios: Sequence[str] = SCENARIOS
) -> None:
    """RecordError when the runs in a folder can't be compared with new ones of these scenarios.

    It says what differs. What no run was built with, or none will be, may differ.
    """
    path = folder / "experiment.json"
    if not path.exists():
        return
    # what older experiments do not say: they had no replacements, and their own buildspecs
    settings = {each.name: as_json(each.default) for each in same_settings()}
    older: dict[str, Any] = {"replacements": {}, "buildspecs": {}} | _find_link(folder)
    there = settings | older | records.read_facts(folder)
    there.setdefault(_PLACE, _LAB if there.get("images") else facts.get(_PLACE))
    # what the file says has no secrets
    facts, there = redact_values(dict(facts)), redact_values(there)
    for name in (_PLACE, *_SAME, *settings):
        was, now = _pick_used(name, folder, there, facts, scenarios)
        if was != now:
            raise RecordError(
                f"{path} is of another experiment ({name} differs: {_say_change(was, now)}): its "
                "runs can't be compared with new ones. Choose another folder for new runs, such "
                "as runs/another."
            )
    _check_changes(path, there.get(records.CHANGES, {}), facts.get(records.CHANGES, {}))
    for name in sorted(there["buildspecs"].keys() & facts["buildspecs"].keys() & begun(folder)):
        if there["buildspecs"][name] != facts["buildspecs"][name]:
            raise RecordError(
                f"{folder} holds runs of {name} by another buildspec: they can't be compared with "
                "new ones. Choose another folder for new runs, or another name for the strategy."
            )


def _check_changes(path: Path, was: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """RecordError when a scenario's commit would change another file than it did."""
    for name in was.keys() & now.keys():
        old, new = was[name]["file"], now[name]["file"]
        if old != new:
            raise RecordError(
                f"{path} has runs of {name} with a change of {old}, and git now shows {new} to "
                "change most: choose another folder for new runs."
            )


def _find_link(folder: Path) -> dict[str, str]:
    """The link that the runs in a folder say they were built over, if any does."""
    for path in sorted((folder / "runs").glob("[!.]*.*/record.json")):
        with contextlib.suppress(RecordError):
            record = records.read_json(path)
            if isinstance(record, dict) and isinstance(record.get("link"), str):
                return {"link": record["link"]}
    return {}


def _pick_used(
    name: str,
    folder: Path,
    there: Mapping[str, Any],
    facts: Mapping[str, Any],
    scenarios: Sequence[str],
) -> tuple[Any, Any]:
    """(what was recorded, what is now) of a fact, as far as both old and new runs depend on it."""
    now = facts.get(name, there.get(name))
    was = there.get(name, now)
    if name == "images":
        used = _list_used(there) & _list_used(facts)
        return _pick(now | was, used), _pick(now, used)
    if name == "replacements":
        reached = _list_reached(folder, scenarios)
        return _pick(was, reached), _pick(now, reached)
    if name == "bases":
        # of the same context, what one alone names is of commits that the other does not build
        return _pick(was, now), _pick(now, was)
    return was, now


def _pick(values: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Those of some keys that a mapping has."""
    return {key: values[key] for key in keys if key in values}


def _list_used(facts: Mapping[str, Any]) -> set[str]:
    """The images that builds depend on; what stands for base images is among `bases`."""
    names = set(facts.get("images", {}))
    if facts.get("link", UNSHAPED) == UNSHAPED:
        names.discard(LINK)
    if _NEEDS in facts:
        names -= {NEWEST, STORE} - set(facts[_NEEDS])
    return names - ({"base"} if "bases" in facts else set())


def _list_reached(folder: Path, scenarios: Sequence[str]) -> Sequence[str]:
    """The commits that both a run in a folder and one of these scenarios are built with."""
    built = {path.name.rsplit(".", 2)[1] for path in (folder / "runs").glob("[!.]*.*.*[0-9]")}
    whole = len(SCENARIOS)
    last = [
        max((SCENARIOS.index(n) if n in SCENARIOS else whole for n in names), default=whole)
        for names in (built, scenarios)
    ]
    return SCENARIOS[: min(last) + 1]


def _say_change(was: Any, now: Any) -> str:
    """What differs between two values of a fact, in words."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        keys = [key for key in sorted({*was, *now}) if was.get(key) != now.get(key)]
        return "; ".join(f"{key}: {_say_change(was.get(key), now.get(key))}" for key in keys)
    old, new = ("nothing" if each in (None, "") else str(each)[:80] for each in (was, now))
    return f"{old} there, {new} now"


def begun(folder: Path) -> set[str]:
    """The strategies that have finished runs in a folder."""
    runs = sorted(path.parent.name for path in (folder / "runs").glob("[!.]*.*/record.json"))
    return {run.rsplit(".", 2)[0] for run in runs if records.is_finished(folder, run)}


def list_ranks(folder: Path, number: int, without: Collection[str] = ()) -> dict[str, int]:
    """Strategy -> its rank in a round, as its finished runs say that can be read."""
    ranks = {}
    for path in sorted((folder / "runs").glob(f"[!.]*.{number:02d}/record.json")):
        try:
            record = records.read_json(path)
        except RecordError:
            continue
        rank = record.get("order") if isinstance(record, dict) else None
        if isinstance(rank, int) and path.parent.name not in without:
            ranks[path.parent.name.rsplit(".", 2)[0]] = rank
    return ranks


def write_facts(folder: Path, facts: Mapping[str, Any], machine: Mapping[str, Any]) -> None:
    """Begin experiment.json, or add what of buildspecs, images and replacements is new in it."""
    path = folder / "experiment.json"
    begin = {"started": datetime.now(UTC).isoformat(), "machine": dict(machine)}
    there = records.read_facts(folder) or {**facts, **begin}
    there["buildspecs"] = there.get("buildspecs", {}) | facts["buildspecs"]
    there |= {name: facts[name] for name in _OWN if name in facts}
    if changes := there.get(records.CHANGES, {}) | facts.get(records.CHANGES, {}):
        there[records.CHANGES] = changes
    if _NEEDS in there:
        new = _list_used(facts) - _list_used(there)
        there["images"] |= {name: facts["images"][name] for name in new}
        there[_NEEDS] = sorted({*there[_NEEDS], *facts.get(_NEEDS, ())})
    if "bases" in there:
        there["bases"] = facts.get("bases", {}) | there["bases"]
    given = _join_replacements(folder, there.get("replacements", {}), facts)
    if given or "replacements" in there:
        there["replacements"] = given
    records.replace_file(path, records.to_json(redact_values(there), indent=1))


def _join_replacements(
    folder: Path, there: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The replacements that runs in a folder were built with, and new ones of other commits."""
    built = set(_list_reached(folder, SCENARIOS))
    now = facts.get("replacements", {})
    new = {name: digest for name, digest in now.items() if name not in built}
    return new | {name: digest for name, digest in there.items() if name in built}


def read_failing(folder: Path) -> dict[str, str]:
    """Scenario -> the instruction on which the Dockerfile fails as of its commit."""
    return dict(records.read_facts(folder).get(records.FAILING, {}))


def note_failing(folder: Path, failing: Mapping[str, str]) -> None:
    """Let experiment.json name the commits on which the Dockerfile fails."""
    there = records.read_facts(folder) | {records.FAILING: dict(failing)}
    records.replace_file(folder / "experiment.json", records.to_json(there, indent=1))
