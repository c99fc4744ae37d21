"""Rules on projects: a layer cache they can't have, and minutes that they only wait."""

import re
from collections.abc import Iterator

from analysis.doctor.buildspecs import Step
from analysis.doctor.case import Case
from analysis.doctor.findings import Finding
from analysis.doctor.projects import LAYER_CACHE, Project
from analysis.words import join_words

# shorter sleeps wait for an engine to start; in loops also somewhat longer ones
_SHORTEST, _SHORTEST_LOOP, _LONG = 10, 5, 60
# options of the AWS command line that may stand before the service
_VALUED = ("--region", "--profile", "--output", "--endpoint-url", "--query")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def check_layer_cache(case: Case) -> Iterator[Finding]:
    """The local Docker layer cache where CodeBuild can't give it."""
    for project in case.projects:
        refusals = project.refusals()
        if project.asks_for_layers and refusals:
            yield Finding(
                "local-layer-cache",
                project.file,
                project.lines.get("modes", project.line),
                f"{project.name} gets no {LAYER_CACHE}: {join_words(refusals)}.",
                _cure(project),
            )


def _cure(project: Project) -> str:
    """What to write for a project that asks for the layer cache in vain."""
    if project.privileged is False and len(project.refusals()) == 1:
        terraform = project.file.suffix == ".tf"
        return "privileged_mode = true" if terraform else '"privilegedMode": true'
    return "(delete the mode, and export a registry cache)"


def check_idle(case: Case) -> Iterator[Finding]:
    """Commands that wait for something else."""
    for spec in case.specs:
        for step in spec.steps:
            if step.command.background:
                continue
            if found := _find_wait(step):
                message, instead, seconds = found
                long = seconds is not None and seconds >= _LONG
                yield Finding(
                    "idle-minutes",
                    spec.file,
                    step.line,
                    message,
                    instead,
                    severity="warning" if long else "",
                    words=step.source,
                    seconds=seconds,
                )


def _find_wait(step: Step) -> tuple[str, str, float | None] | None:
    """(what is said, what to do instead, seconds if told) of a command that waits."""
    valued = zip(("", *step.texts), step.texts, strict=False)
    texts = [text for last, text in valued if not text.startswith("-") and last not in _VALUED]
    if step.program == "sleep" and len(texts) > 1:
        return _judge_sleep(step, texts[1])
    if step.program == "aws" and texts[2:3] == ["wait"]:
        return (
            f"{' '.join(texts[:4])} waits while the build's host is billed.",
            "(let a pipeline's deploy action, or an event, wait for it)",
            None,
        )
    if step.program == "kubectl" and (
        texts[1:3] == ["rollout", "status"] or texts[1:2] == ["wait"]
    ):
        return (
            f"{' '.join(texts[:3])} waits while the build's host is billed.",
            "(let a pipeline's next stage, or an event, wait for it)",
            None,
        )
    return None


def _judge_sleep(step: Step, text: str) -> tuple[str, str, float | None] | None:
    """What is to say of a sleep; None for one that is short."""
    told = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if not told:
        return None
    seconds = float(told[1]) * _UNITS[told[2]]
    if seconds < (_SHORTEST_LOOP if step.command.looped else _SHORTEST):
        return None
    if step.command.looped:
        message = f"This loop sleeps {seconds:g} s at a time while the build's host is billed."
        return message, "(let an event start what comes next)", None
    message = f"The build sleeps {seconds:g} s, which are billed like any other."
    return message, "(wait for the thing itself, or let an event start what comes next)", seconds
