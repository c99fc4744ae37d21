"""How hard a build's machine was pressed while it ran: by itself, and by others."""

import re
import time
from dataclasses import dataclass

from analysis.errors import LabError
from analysis.lab.host import BuildHost

# The kernel tells of the whole machine also inside a container, and of the container by cgroup v1
# or v2; https://docs.kernel.org/accounting/psi.html, proc_stat(5)
_ASK = """\
grep -s ^some /proc/pressure/cpu
grep '^cpu ' /proc/stat
grep -s usage_usec /sys/fs/cgroup/cpu.stat
sed -s 's/^/usage_nsec /' /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null
:
"""
_WAITED = re.compile(r"^some .*total=(\d+)", re.MULTILINE)
_MACHINE = re.compile(r"^cpu +([\d ]+)$", re.MULTILINE)
_OWN = re.compile(r"^usage_([un])sec (\d+)", re.MULTILINE)
_PER_SECOND = {"u": 1e6, "n": 1e9}
# of the times in /proc/stat: idle and iowait; guests' are counted among the user's
_IDLE, _COUNTED, _TICKS = (3, 4), 8, 100


@dataclass(frozen=True)
class Reading:
    """Seconds up to a time `at`: in which a task waited for a CPU, in which CPUs worked or could

    have, and those of the build host alone; null where the kernel does not tell.
    """

    at: float
    waited: float | None = None
    busy: float | None = None
    possible: float | None = None
    own: float | None = None


def read_load(host: BuildHost) -> Reading:
    """What the kernel of a host's machine says now; nulls where it can't be asked."""
    try:
        text = host.read(_ASK)
    except LabError:
        text = ""
    return parse_load(text, time.monotonic())


def parse_load(text: str, at: float) -> Reading:
    """A reading from what the kernel says."""
    waited, machine, own = (each.search(text) for each in (_WAITED, _MACHINE, _OWN))
    ticks = [int(word) for word in machine[1].split()][:_COUNTED] if machine else []
    busy = sum(each for place, each in enumerate(ticks) if place not in _IDLE)
    return Reading(
        at,
        int(waited[1]) / 1e6 if waited else None,
        busy / _TICKS if ticks else None,
        sum(ticks) / _TICKS if ticks else None,
        int(own[2]) / _PER_SECOND[own[1]] if own else None,
    )


def describe_load(before: Reading, after: Reading) -> dict[str, float | None]:
    """What a record says of the time between two readings; shares from 0 to 1, null unknown.

    `pressure`: of its seconds, those in which a task waited for a CPU. `others_cpu`: of the time
    of all CPUs, what others than the build host used.
    """
    waited = _subtract(after.waited, before.waited)
    busy, own = _subtract(after.busy, before.busy), _subtract(after.own, before.own)
    others = _subtract(busy, own)
    return {
        "pressure": _share(waited, after.at - before.at),
        "others_cpu": _share(others, _subtract(after.possible, before.possible)),
    }


def _subtract(now: float | None, then: float | None) -> float | None:
    return None if now is None or then is None else now - then


def _share(part: float | None, whole: float | None) -> float | None:
    """A part of a whole from 0 to 1, as clocks are not read at once; null where one is unknown."""
    return None if part is None or not whole else round(min(max(part / whole, 0.0), 1.0), 4)
