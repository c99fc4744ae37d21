"""Errors that a report may make, and how they are spent where rounds go on until all is told.

Whoever looks often is misled often. The level is spent over the looks by a function that is fixed
beforehand, of the kind of Pocock's: K. K. G. Lan and D. L. DeMets, Biometrika 70 (1983), 659-663.
A look's level is what it adds, and their sum is the whole: Bonferroni's bound over all looks.
"""

import math
from collections.abc import Sequence

# the share of reports that may tell a false difference
FALSE_REPORTS = 0.05
# rounds after which one looks; the last is the budget
LOOKS = (3, 5, 8, 12, 20)


def find_level(rounds: int, looks: Sequence[int] = LOOKS, level: float = FALSE_REPORTS) -> float:
    """The level of the last look that so many rounds allow, of the first before that."""
    spent = [level * math.log(1 + (math.e - 1) * look / looks[-1]) for look in looks]
    place = max((at for at, look in enumerate(looks) if look <= rounds), default=0)
    return spent[place] - (spent[place - 1] if place else 0.0)
