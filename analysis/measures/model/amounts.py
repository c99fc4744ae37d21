"""How much of each kind of work a build does: seconds, MB and round trips, by its strategy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.measures.model.contexts import Known, Layer
from analysis.measures.model.recipes import Recipe

# layers of one image that BuildKit and docker move at a time
_AT_ONCE = 4
# round trips of a build's start, of a manifest, and of a layer that comes or goes
_TRIPS_BUILD, _TRIPS_MANIFEST, _TRIPS_DOWN, _TRIPS_UP = 4, 3, 2, 3


@dataclass(frozen=True)
class Amounts:
    """What one build does; MB are compressed, `base` those of base images, `own` of the
    image's layers, `hidden` of those of other stages.

    work: seconds; classic, lazy: MB unpacked by the classic store, and by BuildKit or the
    containerd store; load: MB that the engine takes in from a builder; export: MB that BuildKit
    compresses; push: docker pushes, what it compresses for that; cache: imports and exports;
    down, up, cache_up: MB over the link, of the busiest of several connections; trips: round
    trips.
    """

    builder: float = 0.0
    restarts: float = 0.0
    work: float = 0.0
    classic_base: float = 0.0
    classic_own: float = 0.0
    classic_hidden: float = 0.0
    lazy_base: float = 0.0
    lazy_own: float = 0.0
    lazy_hidden: float = 0.0
    load_base: float = 0.0
    load_own: float = 0.0
    export_own: float = 0.0
    export_hidden: float = 0.0
    cache: float = 0.0
    push: float = 0.0
    push_base: float = 0.0
    push_own: float = 0.0
    down: float = 0.0
    up: float = 0.0
    cache_up: float = 0.0
    trips: float = 0.0


def count_amounts(known: Known, recipe: Recipe, scenario: str, found: bool = True) -> Amounts:
    """What a build of a scenario does; `found`: it finds what the builds before it left."""
    hits = find_hits(known, recipe, scenario) if found else set()
    fresh = [each for each in known.layers if each not in hits]
    new_base = known.new_base.get(scenario, 0.0) if found else known.base
    loads = recipe.builder and not recipe.pushes
    pulls = _pull_bases(known, recipe, hits, new_base)
    moved = _list_unpacked(known, recipe, hits)
    passed = []
    if loads and not fresh:
        # layers that are all hits pass on to the engine as they came
        passed = [known.base, *(each.mb for each in known.layers if each.final)]
    down = [*pulls, *(each.mb for each in moved), *passed]
    kind = "lazy" if recipe.lazy else "classic"
    unpacked = {f"{kind}_base": sum(pulls), **_split(moved, kind)}
    loaded = {"load_base": known.base, "load_own": known.final_mb} if loads else {}
    return Amounts(
        builder=float(recipe.builder),
        restarts=float(recipe.restarts),
        work=sum(each.work for each in fresh),
        cache=float(recipe.reads) + float(recipe.writes),
        down=_pass_at_once(down),
        cache_up=_sum_cached(known, recipe, fresh, new_base),
        trips=_count_trips(known, recipe, down, fresh),
        **unpacked,
        **loaded,
        **_split(_list_exported(fresh, recipe), "export"),
        **_count_pushed(known, recipe, fresh, new_base, loads),
    )


def find_hits(known: Known, recipe: Recipe, scenario: str) -> set[Layer]:
    """The hits: layers that the commits left as they were, as far as the cache holds them."""
    valid = known.valid.get(scenario, frozenset())
    hits = {each for each in known.layers if (each.stage, each.name) in valid}
    if not (recipe.reads or recipe.kept):
        return set()
    if recipe.whole or recipe.kept or len(hits) == len(known.layers):
        return hits
    # a cache of the final stage alone: other stages run, and what is copied from them is new
    found = set()
    for each in known.layers:
        if each.final:
            if each not in hits or each.takes_from:
                break
            found.add(each)
    return found


def _split(layers: Sequence[Layer], kind: str) -> dict[str, float]:
    """MB of layers of the image, and of those of other stages."""
    return {
        f"{kind}_own": sum(each.mb for each in layers if each.final),
        f"{kind}_hidden": sum(each.mb for each in layers if not each.final),
    }


def _list_unpacked(known: Known, recipe: Recipe, hits: set[Layer]) -> list[Layer]:
    """The hits that are unpacked: below layers that run, what those copy from, or all."""
    if recipe.kept:
        return []
    eager = recipe.containerd or not recipe.lazy
    fresh = [each for each in known.layers if each not in hits]
    needed = {each.stage for each in fresh}
    needed |= {stage for each in fresh for stage in each.takes_from}
    if fresh and known.inherited is not None:
        needed.add(known.inherited)
    return [
        each
        for each in known.layers
        if each in hits and (each.stage in needed or (eager and each.final))
    ]


def _pull_bases(known: Known, recipe: Recipe, hits: set[Layer], new: float) -> list[float]:
    """MB of each base image that is pulled and unpacked; a kept host pulls what is new to it."""
    if recipe.kept and new < known.base:
        return [new] if new else []
    if len(hits) < len(known.layers):
        return list(known.bases.values())
    return [known.base] if recipe.containerd or not recipe.lazy else []


def _list_exported(fresh: Sequence[Layer], recipe: Recipe) -> list[Layer]:
    """What BuildKit compresses: new layers of the image, for mode=max those of all stages."""
    every = recipe.whole and recipe.writes
    return [each for each in fresh if recipe.lazy and (every or each.final)]


def _sum_cached(known: Known, recipe: Recipe, fresh: Sequence[Layer], new_base: float) -> float:
    """MB of the cache that its place lacks; what BuildKit pushed before is there already."""
    if not recipe.writes:
        return 0.0
    first = len(fresh) == len(known.layers)
    others = sum(known.bases.values()) - known.base if recipe.whole and first else 0.0
    hidden = sum(each.mb for each in fresh if not each.final) if recipe.whole else 0.0
    image = new_base + sum(each.mb for each in fresh if each.final)
    return hidden + others + (0.0 if recipe.pushes else image)


def _count_pushed(
    known: Known, recipe: Recipe, fresh: Sequence[Layer], new_base: float, loads: bool
) -> dict[str, float]:
    """push, push_base, push_own, up.

    docker push does not know the digests of what was loaded: it compresses and sends all of it.
    """
    own = [each.mb for each in (known.layers if loads else fresh) if each.final]
    base = known.base if loads else new_base
    sent = {"up": _pass_at_once([base, *own])}
    if recipe.pushes:
        return sent
    return sent | {"push": 1.0, "push_base": base, "push_own": sum(own)}


def _pass_at_once(sizes: Iterable[float]) -> float:
    """MB that the busiest of several connections moves: each has the link's bandwidth."""
    sizes = list(sizes)
    return max(max(sizes, default=0.0), sum(sizes) / _AT_ONCE)


def _count_trips(
    known: Known, recipe: Recipe, down: Sequence[float], fresh: Sequence[Layer]
) -> float:
    """Round trips that wait for each other: layers that move at once share theirs."""
    final = sum(each.final for each in known.layers)
    trips = _TRIPS_BUILD + 2 * _TRIPS_MANIFEST + _TRIPS_DOWN * recipe.builder
    trips += -(-len(down) // _AT_ONCE) * _TRIPS_DOWN + -(-final // _AT_ONCE) * _TRIPS_UP
    if recipe.reads:
        trips += _TRIPS_MANIFEST
    if recipe.writes:
        trips += _TRIPS_MANIFEST + _TRIPS_UP * len(fresh) + len(known.layers) - len(fresh)
    return float(trips)
