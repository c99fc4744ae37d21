"""How an experiment runs on AWS: each option is one field, named as its environment variable."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from analysis.experiment import as_is, form, read_settings, read_variables, read_whole


@dataclass
class Options:
    """How an experiment runs on AWS, and what tells and passes the time."""

    concurrency: int = field(
        default=4, metadata=form("how many builds run at once", read=read_whole, write=as_is)
    )
    confirm: str = field(
        default="", metadata=form("yes, where builds may begin without a question")
    )
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def from_environment(cls) -> "Options":
        """What CONCURRENCY and CONFIRM say; SettingError when the first is no number from 1 on."""
        return read_settings(read_variables(os.environ, cls), cls)
