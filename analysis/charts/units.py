"""Units of columns as tables show them, one of each kind: shares in %, money in USD.

The ends of a 95 % interval alone are called low and high; ENDS names those of what was measured.
"""

ENDS = {"low": "lowest", "high": "highest"}
_SHARES = ("layers", "numbered steps", "vertices", "expected", "share", "saved", "median_rate")
_ERRORS = ("error", "mean_error", "shifted_error", "held")
RATES = dict.fromkeys((*_SHARES, *_ERRORS), "%")
# of a table whose interval is that of a share
SEEN = dict.fromkeys((*RATES, "low", "high"), "%")
_MEANS = ("median", "difference", "low", "high", "detectable")
_PARTS = ("docker_build", "work", "busy", "on_path", "could_save", "restart_under")
_BREAK_EVEN = ("pays_from", "pays_from_low", "pays_from_high")
# of columns whose names don't say that they are
SECONDS = dict.fromkeys((*_MEANS, *_PARTS, *_BREAK_EVEN), "s")
# of a table whose columns are seconds or shares of them
PARTS = SECONDS | RATES
_MINUTES = ("minutes", "billed_minutes", "difference", "low", "high")
_COSTS = ("cost", "cost_difference", "cost_low", "cost_high")
MONTH = dict.fromkeys(_MINUTES, "min") | dict.fromkeys(_COSTS, "USD")
STORED = {"gigabytes": "GB", "in_s3": "GB", "cost": "USD"}
