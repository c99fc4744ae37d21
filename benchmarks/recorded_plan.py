"""What data/ is to hold of builds, the most important first, and how each part is asked for."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.commands.aa import write_copies
from analysis.experiment import Plan, Settings, make_plan
from analysis.lab import Images
from analysis.shipped import ROOT
from analysis.workload import CODEBUILD, SCENARIOS, UNSHAPED, load_strategies
from benchmarks.believable_history import make_history

SLOW, _COMMITS = "100mbit", "24"
_STORIES = ("dockerfile", "branch", "parallel")
_MATTER = (
    "docker",
    "buildx-push",
    "inline-cache",
    "two-stage-inline",
    "registry-cache-push",
    "registry-cache-mirror",
    "containerd-store",
    "s3-cache",
    "docker-server",
)
# those between which a reader is most likely to choose
_ASKED = (
    *_MATTER,
    "docker-29",
    "local-layer-cache",
    "pull-cache-from-inline",
    "registry-cache",
    "registry-cache-prebaked",
)
_THREE = ("docker", "registry-cache-push", "containerd-store")
# where a build takes minutes
_FIVE = (*_THREE, "two-stage-inline", "s3-cache")
# context -> its folder, and seconds from a build to the next one until some are recorded
CONTEXTS = {
    "deploy": (ROOT / "deploy", 25),
    "board": (ROOT / "deploy" / "contexts" / "board", 60),
    "atlas": (ROOT / "deploy" / "contexts" / "atlas", 110),
    "java": (ROOT / "tests" / "contexts" / "java", 60),
    "go": (ROOT / "tests" / "contexts" / "go", 27),
}
# the context with a history, which is made where everything is recorded
SERVICE = "service"


@dataclass(frozen=True)
class Point:
    """A context over a link, and where its experiment lies: in the recorded folder and in data/."""

    folder: str
    context: str = "deploy"
    link: str = CODEBUILD

    @property
    def seconds(self) -> float:
        """About how long it is from a build to the next one, before any is recorded."""
        return CONTEXTS.get(self.context, CONTEXTS["deploy"])[1]

    def settings(self, folder: Path, **options: Any) -> Settings:
        """What it is built with where everything is recorded; the history is made if need be."""
        if self.context != SERVICE:
            return Settings(context=CONTEXTS[self.context][0], link=self.link, **options)
        service = folder / SERVICE
        if not service.exists():
            make_history(service)
        return Settings(context=service, link=self.link, commits=_COMMITS, **options)


@dataclass(frozen=True)
class Part:
    """Strategies in scenarios on some points, as many rounds of each; no strategies stand for all.

    `again`: each under a second name, too. `kept`: whether it goes to data/.
    """

    name: str
    points: tuple[Point, ...]
    strategies: tuple[str, ...]
    scenarios: tuple[str, ...]
    rounds: int
    again: bool = False
    kept: bool = True

    def plan(self, folder: Path, point: Point, rounds: int, retry: str = "") -> Plan:
        """What a point lacks, up to a round."""
        names, settings = self.ask(folder, point, rounds, retry)
        images = Images.from_environment()
        return make_plan(folder / point.folder, names, self.scenarios, settings, images, str)

    def ask(
        self, folder: Path, point: Point, rounds: int, retry: str = ""
    ) -> tuple[list[str], Settings]:
        """The names of its strategies, and how a point is built with them."""
        names, copies = list(self.strategies or load_strategies()), None
        if self.again:
            copies = folder / point.folder / "strategies"
            names = write_copies(names, copies)
        given = {"rounds": rounds, "retry": retry, "strategies_folder": copies}
        return names, point.settings(folder, **given)


_SHARING = ("registry-cache", "registry-cache-branches", "registry-cache-main")
_LAB = (Point("lab"),)
_ALL = Part("all strategies", _LAB, (), SCENARIOS, 3)
PLAN = (
    _ALL,
    Part("commits", (Point("commits", SERVICE),), _THREE, SCENARIOS, 1),
    # where the other pushes are, so that the page on images shows both
    Part(
        "growth",
        _LAB,
        ("docker", "registry-cache", "registry-cache-branches", "container-push"),
        ("growth",),
        1,
    ),
    replace(_ALL, name="more rounds", strategies=_ASKED, rounds=6),
    Part("medium project", (Point("contexts/board.codebuild", "board"),), _MATTER, SCENARIOS, 3),
    Part("large project", (Point("contexts/atlas.codebuild", "atlas"),), _FIVE, SCENARIOS, 3),
    # of which only the model learns: it takes medians as they are
    Part(
        "other links",
        (
            Point("contexts/deploy.unshaped", link=UNSHAPED),
            Point(f"contexts/deploy.{SLOW}", link=SLOW),
        ),
        _MATTER,
        SCENARIOS,
        1,
    ),
    # what branches lose are hits, which differ little between rounds
    Part("branches", _LAB, (*_MATTER, *_SHARING), _STORIES, 1),
    Part(
        "held out",
        (Point("held-out/java.codebuild", "java"), Point("held-out/go.codebuild", "go")),
        _THREE,
        SCENARIOS,
        1,
        kept=False,
    ),
    Part("control", (Point("control"),), ("docker", "registry-cache"), SCENARIOS, 6, again=True),
)
