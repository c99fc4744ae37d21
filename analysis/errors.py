"""Errors, each worded for the analyst: the file or name, the fact, the cure.

AnalysisError
├── UnknownName      a strategy, scenario or setting that does not exist (did you mean …?)
├── BuildspecError   a buildspec that is not YAML or uses what is not supported
├── ContextError     a build context that lacks what a build or a scenario needs
├── RecordError      a run on disk that is cut off or damaged, a folder that is full or in use
├── BaselineError    a baseline whose cold build fails: nothing can be compared with it
├── LogError         a log that cannot be read
├── FrameError       a frame that lacks a column which a measure needs
├── SourceError      builds that can't be found, or can't be had where they are
├── RegistryError    a registry that does not answer as it should
├── PolicyError      a lifecycle policy that is not valid
├── PriceError       a list of prices that is missing or damaged
├── StoreError       a store of what was read, or a cluster, that can't be used
├── SettingError     a setting that can't be read, such as a commit mix or a link
├── CloudError       AWS: a build, its log or a listing that can't be had; one history breaks off
│   ├── AccountError credentials, region, permissions or projects, which every build meets alike
│   ├── BusyError    AWS throttles, or can't be reached: the same call goes on later
│   └── ConsentError builds cost money, and nobody has said yes
├── LabError         the lab
│   ├── EngineError  no Docker engine, no permission, no space
│   ├── ImageError   an image that cannot be pulled
│   └── HostError    a build host that does not start or dies
└── ReportError      a notebook that failed
"""

from collections.abc import Iterable
from difflib import get_close_matches

from analysis.visible import show_signs


def _clean(words: str) -> str:
    """What an error may say on a terminal and in a report."""
    # most processes that read tell of no error
    from analysis.redaction import redact

    return show_signs(redact(words))


class AnalysisError(Exception):
    """Base of every error this package raises on purpose; without secrets and control signs."""

    def __init__(self, *words: object) -> None:
        super().__init__(*(_clean(word) if isinstance(word, str) else word for word in words))

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: the way here says nothing to an analyst."""
        return [f"{type(self).__name__}: {self}"]


class UnknownName(AnalysisError):
    """A name that is not among those known; says which one was probably meant."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}."
        super().__init__(f"There is no {kind} {name!r}: {hint}")
        self.name, self.known = name, known


class BuildspecError(AnalysisError):
    """A buildspec that is not YAML or uses a key that is not supported."""


class ContextError(AnalysisError):
    """A build context that lacks what a build or a scenario needs."""


class RecordError(AnalysisError):
    """A run on disk that is cut off or damaged, or a folder that is full or in use."""


class BaselineError(AnalysisError):
    """A baseline whose cold build fails: nothing can be compared with it."""


class LogError(AnalysisError):
    """A log that cannot be read."""


class FrameError(AnalysisError):
    """A frame that lacks a column which a measure needs."""


class SourceError(AnalysisError):
    """Builds that can't be found, or can't be had where they are."""


class RegistryError(AnalysisError):
    """A registry that does not answer as it should."""


class PolicyError(AnalysisError):
    """A lifecycle policy that is not valid."""


class PriceError(AnalysisError):
    """A list of prices that is missing or damaged."""


class StoreError(AnalysisError):
    """A store of what was read, or a cluster, that can't be used."""


class SettingError(AnalysisError):
    """A setting that can't be read, such as a commit mix or a link."""


class CloudError(AnalysisError):
    """A build, its log or a listing that AWS does not give; `code` is AWS's name of the error."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class AccountError(CloudError):
    """Credentials, region, permissions or projects: what every build meets alike."""


class BusyError(CloudError):
    """AWS throttles or can't be reached: the same call goes on later."""


class ConsentError(CloudError):
    """Builds that cost money, and nobody has said yes to."""


class LabError(AnalysisError):
    """Something in the lab."""


class EngineError(LabError):
    """No Docker engine, no permission, or no space."""


class ImageError(LabError):
    """An image that cannot be pulled."""


class HostError(LabError):
    """A build host that does not start, or dies."""


class ReportError(AnalysisError):
    """A notebook that failed while a report was made."""
