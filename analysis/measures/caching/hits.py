"""Hit rates, by three denominators that are named: layers, numbered steps, vertices."""

from collections.abc import Iterable

import pandas as pd

from analysis.languages import translate_value
from analysis.measures.compare import RUN, order_scenarios, sort_rows
from analysis.records import Need, split_targets, takes
from analysis.rows import join_rows
from analysis.words import join_words
from analysis.workload import pick_scenario

_RATES = {"rate": ("hits", "ran"), "step_rate": ("step_hits", "steps_ran")}
_COUNTS = ("layers", "hits", "ran", "steps", "step_hits", "steps_ran", "vertices", "vertex_hits")
_DENOMINATORS = {"rate": "layers", "step_rate": "numbered steps", "vertex_rate": "vertices"}
_BUILD = ["log", "build"]
_NAMED = ["stage", "name"]
# what of layer_hits' columns is no strategy
_LAYER = ("build", "target", "stage", "position", "layer")


@takes(steps="log build kind status target")
def hit_rates(steps: pd.DataFrame) -> pd.DataFrame:
    """One row a docker build and target: how much of it came from a cache, by three denominators.

    log, build, target (null where the build names none; of a bake or compose build each has a
    row, in which the steps that it shares with others count; none where the log does not tell
    them: untold_targets) · layers (Dockerfile instructions
    other than FROM), hits (those cached), ran, rate = hits / (hits + ran) · steps (all that are
    numbered k/n, so FROM too, whose "cached" only means that the image is there), step_hits,
    steps_ran, step_rate · vertices (all steps, as `[+] Building 9.9s (19/19)` counts them),
    vertex_hits, vertex_rate = vertex_hits / vertices. A rate is null when there is nothing to
    divide by.

    >>> logs = analysis.read_logs("data/control/runs/registry-cache.source.01/build.log.gz")
    >>> analysis.hit_rates(logs)[["build", "layers", "hits"]]
       build  layers  hits
    0      0      11     6
    """
    steps = split_targets(steps.dropna(subset=_BUILD)).query("told")
    keys = [steps[name] for name in (*_BUILD, "target")]
    return add_rates(
        _count_steps(steps).groupby(keys, sort=False, dropna=False).sum().reset_index()
    )


def build_rates(steps: pd.DataFrame) -> pd.DataFrame:
    """hit_rates of whole docker builds, a row each and without target: each step counts once."""
    counts = _count_steps(steps).groupby([steps[name] for name in _BUILD], sort=False).sum()
    return add_rates(counts.reset_index())


def _count_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """_COUNTS, 0 or 1, for each step."""
    layer, numbered = steps["kind"].isin(["layer"]), steps["kind"].isin(["layer", "from"])
    # of a null it is not known, and isin says no
    hit, ran = steps["status"].isin(["cached"]), steps["status"].isin(["ran"])
    vertex = pd.Series(True, steps.index)
    flags = (layer, layer & hit, layer & ran, numbered, numbered & hit, numbered & ran)
    columns = dict(zip(_COUNTS, (*flags, vertex, hit), strict=True))
    return pd.DataFrame(columns).fillna(False).astype("int64")


def add_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """`counts` with rate, step_rate and vertex_rate; null where the denominator is 0."""
    rates = {
        rate: _divide(counts[hits], counts[hits] + counts[ran])
        for rate, (hits, ran) in _RATES.items()
    }
    rates["vertex_rate"] = _divide(counts["vertex_hits"], counts["vertices"])
    order = ["layers", "hits", "ran", "rate", "steps", "step_hits", "steps_ran", "step_rate"]
    keys = [name for name in counts if name not in _COUNTS]
    return counts.assign(**rates)[[*keys, *order, "vertices", "vertex_hits", "vertex_rate"]]


def _divide(part: pd.Series, whole: pd.Series) -> pd.Series:
    """part / whole, null where the whole is 0."""
    return (part / whole.where(whole > 0)).astype("float64")


@takes(
    runs="run strategy scenario round emulated valid log host_empty", steps="log build kind status"
)
def hits_by_run(runs: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """build_rates summed over a run's builds, a row a run: run, strategy, scenario, round, …

    Of two builds of which one has all layers of the other, what the later takes from the earlier
    counts once: no cache gave it. Counts and rates are null for runs in whose log no build was
    found.
    """
    own = steps[~_find_repeated(steps.dropna(subset=_BUILD)).reindex(steps.index, fill_value=False)]
    counts = build_rates(own).groupby("log", sort=False)[list(_COUNTS)].sum()
    table = join_rows(runs[[*RUN, "log", "host_empty"]], counts.reset_index(), ["log"], "left")
    return add_rates(table.astype(dict.fromkeys(_COUNTS, "Int64"))).drop(columns="log")


def _find_repeated(steps: pd.DataFrame) -> pd.Series:
    """Which steps are hits on what an earlier build of the log made or fetched: bools."""
    again = pd.Series(False, steps.index)
    rows = steps[steps["kind"].isin(["layer", "from"])].reindex(
        columns=[*_BUILD, *_NAMED, "status"]
    )
    rows = rows[rows.groupby("log")["build"].transform("nunique").gt(1)]
    for _, log in rows.groupby("log"):
        before: list[set[str]] = []
        for _, build in log.groupby("build"):
            names = build["stage"].fillna("") + "\n" + build["name"].fillna("")
            own = set(names)
            seen = set().union(*(each for each in before if each <= own or own <= each))
            again[build.index] = build["status"].isin(["cached"]) & names.isin(seen)
            before.append(own)
    return again


@takes(
    runs="run strategy scenario round emulated valid log host_empty",
    steps="log build kind status target",
)
def hits_by_target(runs: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """hit_rates of each run, a row a run, docker build and target: run, …, build, target, layers, …

    Runs in whose log no build was found have no row.
    """
    rates = hit_rates(steps)
    return join_rows(runs[[*RUN, "log"]], rates, ["log"], many=True).drop(columns="log")


@takes(runs="run log", steps="log build kind status target")
def untold_targets(runs: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """target, runs: the targets whose steps logs do not tell, and of how many runs.

    BuildKit prints a step that targets share under the name of one. Left out is what is not
    exported while others are: it is part of those.
    """
    key = [*_BUILD, "target"]
    steps = steps[steps["log"].isin(runs["log"])].dropna(subset=_BUILD)
    told = split_targets(steps).query("told")[key].drop_duplicates()
    exported = steps["kind"].eq("export").fillna(False) & steps["target"].notna()
    some = exported.groupby([steps[name] for name in _BUILD]).transform("any")
    named = steps.loc[exported | ~some, key].dropna().drop_duplicates()
    found = named.merge(told, on=key, how="left", indicator=True, validate="1:1")
    counts = found[found["_merge"].eq("left_only")].groupby("target")["log"].nunique()
    return counts.rename("runs").reset_index().astype({"target": "string", "runs": "int64"})


@takes(hits=Need("strategy scenario valid build target layers hits rate", hits_by_target))
def rates_by_target(hits: pd.DataFrame) -> pd.DataFrame:
    """strategy, scenario, build, target, n, layers, hits, rate: medians over valid runs.

    Of the strategies whose runs have several docker builds, or name targets; none of all others.
    """
    keys = ["strategy", "scenario", "build", "target"]
    rows = hits[hits["valid"] & hits["layers"].gt(0)].dropna(subset=["strategy", "scenario"])
    groups = rows.groupby(keys, sort=False, dropna=False)
    table = groups[["layers", "hits", "rate"]].median().astype("float64")
    table.insert(0, "n", groups.size())
    table = table.reset_index()
    several = table.groupby(keys[:2])["build"].transform("size") > 1
    # of several targets the log may tell one
    return table[several | table["target"].notna()].reset_index(drop=True)


@takes(hits=Need("strategy scenario valid rate step_rate vertex_rate", hits_by_run))
def rates_by_denominator(hits: pd.DataFrame) -> pd.DataFrame:
    """strategy, scenario, denominator (layers, numbered steps, vertices), n, rate (median).

    Over the valid runs of hits_by_run.
    """
    keys = ["strategy", "scenario"]
    valid = hits.loc[hits["valid"], [*keys, *_DENOMINATORS]].rename(columns=_DENOMINATORS)
    long = valid.melt(keys, list(_DENOMINATORS.values()), "denominator", "rate")
    groups = long.groupby([*keys, "denominator"], sort=False)["rate"]
    return groups.agg(n="count", rate="median").reset_index()


@takes(rates=Need("strategy scenario denominator rate", rates_by_denominator))
def widen_rates(rates: pd.DataFrame) -> pd.DataFrame:
    """strategy, scenario, a column a denominator, of rates_by_denominator's rows with any hit."""
    keys = ["strategy", "scenario"]
    rates = rates.dropna(subset=[*keys, "denominator"])
    wide = rates.pivot(index=keys, columns="denominator", values="rate")
    wide = wide.reindex(columns=list(_DENOMINATORS.values()))
    return wide[wide["layers"] > 0].rename_axis(columns=None).reset_index()


@takes(runs="strategy scenario log", steps="log build kind status stage position name target")
def layer_hits(runs: pd.DataFrame, steps: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """A row a layer of the Dockerfile in a scenario, a column a strategy that had a hit.

    build and target where a run has several, stage, position (k of k/n), layer (its instruction),
    then how many runs had it cached, `2 of 3`; null where a strategy's logs don't name the layer.
    """
    chosen = pick_scenario(runs, scenario)[["log", "strategy"]].dropna()
    steps = join_rows(steps, chosen, ["log"], many=True)
    steps = split_targets(steps).query("told")
    layers = steps[steps["kind"].eq("layer").fillna(False)].dropna(subset=["name"])
    named = find_several(layers)
    key = [*named, "stage", "position", "name"]
    hit = layers["status"].eq("cached")
    groups = hit.groupby([layers[name] for name in [*key, "strategy"]], dropna=False, sort=False)
    counts = groups.agg(["sum", "count"])
    text = counts["sum"].astype(str) + " of " + counts["count"].astype(str)
    had = layers.loc[hit, "strategy"].unique()
    table = text.unstack("strategy").reindex(columns=list(had)).reset_index()
    table = table.rename(columns={"name": "layer"}).rename_axis(columns=None)
    return table.sort_values(key[:-1], kind="stable", ignore_index=True)


@takes(layers="stage position layer")
def join_alike(layers: pd.DataFrame) -> pd.DataFrame:
    """layer_hits' rows, with one column for strategies that have the same share of hits in all.

    Its name lists them. Where they have different numbers of runs, so do its cells, as in
    `3 of 3 or 5 of 5`.
    """
    named = [name for name in layers if name in _LAYER]
    shares = {name: tuple(layers[name].map(_read_share)) for name in layers if name not in _LAYER}
    groups: dict[tuple[float, ...], list[str]] = {}
    for name, found in shares.items():
        groups.setdefault(found, []).append(str(name))
    columns = {
        join_words(map(translate_value, names)): pd.Series(
            map(_join_cells, zip(*(layers[name] for name in names), strict=True)),
            layers.index,
            dtype="object",
        )
        for names in groups.values()
    }
    return layers[named].assign(**columns)


def _read_share(cell: str | None) -> float:
    """The share that `2 of 3` is; -1 for null."""
    hits, _, runs = str(cell).partition(" of ")
    return int(hits) / int(runs) if runs else -1.0


def _join_cells(cells: Iterable[str | None]) -> str | None:
    """The different ones of some cells; null of nulls."""
    found = sorted({str(each) for each in cells if pd.notna(each)})
    return join_words(found, "or") if found else None


def find_several(rows: pd.DataFrame, run: str = "log") -> list[str]:
    """Which of build and target tell rows apart: those of which some run has several."""
    counts = rows.groupby(run)[["build", "target"]].nunique()
    return [name for name in ("build", "target") if counts[name].gt(1).any()]


@takes(runs="strategy scenario started log", builds="log cache_import cache_export")
def cache_outcomes(runs: pd.DataFrame, builds: pd.DataFrame) -> pd.DataFrame:
    """strategy, scenario, cache_import, cache_export, n: builds that import or export a cache."""
    named = runs[["log", "strategy", "scenario"]].dropna()
    table = join_rows(builds, named, ["log"], many=True)
    table = table[table["cache_import"].ne("none") | table["cache_export"].ne("none")]
    keys = ["strategy", "scenario", "cache_import", "cache_export"]
    counts = table.groupby(keys, dropna=False).size().rename("n").reset_index()
    return sort_rows(counts, order_scenarios(runs))
