"""BuildKit's own record of a build as a witness of what was read from the build's plain log.

`builds` is what a run's history.json.gz holds: [{"ref", "inspect", "rawjson"}].
"""

import re
from collections import Counter, defaultdict
from datetime import datetime
from typing import NamedTuple

import pandas as pd

NUMBERED = re.compile(r"\[(?:(\S.*?) +)? *(\d+)/\d+\] (.*)", re.S)
# buildx, not BuildKit, runs these: they have no vertex in the record
BY_BUILDX = ("builder", "load")
PUSH_BY_BUILDX = r"pushing .* with docker"


class Comparison(NamedTuple):
    """How many values were compared, and each that differs, in words."""

    compared: int
    differences: list[str]


def compare_with_rawjson(steps: pd.DataFrame, builds: list[dict]) -> Comparison:
    """Every step of one log against its vertex: status, and time to 0.1 s and half of that again.

    The log rounds to 0.1 s, and does so for each of several parts of a step.
    """
    shown = split_builds(steps, builds)
    compared, differences = 0, []
    for number, (frame, build) in enumerate(zip(shown, builds, strict=True)):
        vertices = list_vertices(build["rawjson"])
        for step in list_recorded(frame).itertuples():
            key = (step.name, None if pd.isna(step.position) else step.position)
            if not vertices[key]:
                differences.append(f"build {number}: {step.name!r} is not in the record")
                continue
            compared += 1
            differences += compare_step(number, step, *vertices[key].pop(0))
        left = [key[0] for key, rest in vertices.items() for status, _ in rest if status]
        differences += [f"build {number}: {name!r} is not in the log" for name in left]
    return Comparison(compared, differences)


def compare_step(number: int, step: tuple, status: str | None, seconds: float) -> list[str]:
    """What a step says otherwise than its vertex."""
    found = []
    if step.status != status:
        found.append(f"build {number}: {step.name!r} {step.status}, in the record {status}")
    if pd.notna(step.seconds) and abs(step.seconds - seconds) > 0.15:
        found.append(f"build {number}: {step.name!r} {step.seconds} s, in the record {seconds:.3f}")
    return found


def compare_with_inspect(steps: pd.DataFrame, builds: list[dict]) -> Comparison:
    """The counts of steps of one log against `docker buildx history inspect`."""
    shown = split_builds(steps, builds)
    compared, differences = 0, []
    for number, (frame, build) in enumerate(zip(shown, builds, strict=True)):
        if build["inspect"] is None:
            continue
        for name, count in count_steps(frame).items():
            compared += 1
            if build["inspect"].get(name) != count:
                said = build["inspect"].get(name)
                differences.append(f"build {number}: {name} {count}, in the record {said}")
    return Comparison(compared, differences)


def count_steps(steps: pd.DataFrame) -> dict[str, int]:
    """NumTotalSteps, NumCompletedSteps, NumCachedSteps as BuildKit counts them."""
    solved = list_recorded(steps)
    states = Counter(solved["status"])
    return {
        "NumTotalSteps": len(solved),
        "NumCompletedSteps": len(solved) - states["unfinished"],
        "NumCachedSteps": states["cached"],
    }


def list_recorded(steps: pd.DataFrame) -> pd.DataFrame:
    """The steps that BuildKit itself ran."""
    pushes = steps["name"].str.fullmatch(PUSH_BY_BUILDX, na=False)
    return steps[~steps["kind"].isin(BY_BUILDX) & ~pushes]


def split_builds(steps: pd.DataFrame, builds: list[dict]) -> list[pd.DataFrame]:
    """The steps of each build of one log that BuildKit knew of."""
    frames = [end_bases(frame) for _, frame in steps.groupby("build") if len(frame)]
    assert len(frames) == len(builds), f"{len(frames)} builds in the log, {len(builds)} recorded"
    return frames


def end_bases(steps: pd.DataFrame) -> pd.DataFrame:
    """The steps of a build; a FROM without an end in the log ran where the image was exported.

    On an engine that has the base image, BuildKit may end its log before it prints that end.
    """
    exported = (steps["kind"].eq("export") & steps["status"].eq("ran")).any()
    open_base = steps["kind"].eq("from") & steps["status"].eq("unfinished") & exported
    return steps.assign(status=steps["status"].mask(open_base, "ran"))


def list_vertices(rawjson: list[dict]) -> dict[tuple, list[tuple[str | None, float]]]:
    """(name without k/n, k) -> (status, seconds of merged intervals), in order of appearance."""
    names, states, spans = {}, {}, defaultdict(dict)
    for vertex in (each for line in rawjson for each in line.get("vertexes") or []):
        digest = vertex["digest"]
        names[digest] = vertex["name"]
        states[digest] = states.get(digest, {}) | vertex
        if "started" in vertex:
            spans[digest][vertex["started"]] = vertex.get("completed")
    found = defaultdict(list)
    for digest, name in names.items():
        matched = NUMBERED.match(name)
        key = (matched[3], int(matched[2])) if matched else (name, None)
        found[key].append((judge(states[digest]), merge(spans[digest])))
    return found


def judge(vertex: dict) -> str | None:
    """The status of a vertex's last state; None when it never started."""
    if vertex.get("error"):
        return "canceled" if vertex["error"].endswith("context canceled") else "failed"
    if vertex.get("cached"):
        return "cached"
    if "started" not in vertex:
        return None
    return "ran" if vertex.get("completed") else "unfinished"


def merge(spans: dict[str, str | None]) -> float:
    """The seconds covered by intervals, each counted once."""
    total, reached = 0.0, None
    for start, end in sorted((seconds(a), seconds(b)) for a, b in spans.items() if b):
        start = start if reached is None else max(start, reached)
        total += max(end - start, 0)
        reached = end if reached is None else max(reached, end)
    return total


def seconds(text: str) -> float:
    """Seconds since 1970 of an RFC 3339 time with up to nine decimals."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(whole + "+00:00").timestamp() + float(f"0.{fraction or 0}")
