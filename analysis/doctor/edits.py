"""The line to write instead: a command as it is written, with one option changed."""

import re

from analysis.doctor.buildspecs import Step


def add_option(step: Step, option: str) -> str:
    """A build command with one more option, behind the word that says build."""
    return re.sub(r"\bbuild(?=\s|$)", lambda found: f"{found[0]} {option}", step.source, count=1)


def drop_option(step: Step, option: str) -> str:
    """A command without a flag."""
    return re.sub(rf"\s+{re.escape(option)}(?:=\S+)?(?=\s|$)", "", step.source)


def replace_text(step: Step | None, option: str, old: str, new: str) -> str:
    """A command with a text replaced behind an option; the option alone where it stands nowhere."""
    if step is None:
        return ""
    at = step.source.find(option)
    found = step.source.find(old, max(at, 0))
    if at < 0 or found < 0:
        return ""
    return step.source[:found] + new + step.source[found + len(old) :]
