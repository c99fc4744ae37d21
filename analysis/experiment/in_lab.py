"""The lab as a place where sequences of builds run, one lab for a whole experiment."""

import itertools
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from analysis.errors import EngineError, LabError
from analysis.experiment.contexts import Contexts, contexts_for, digest_of
from analysis.experiment.loop import Recorder, Run
from analysis.experiment.manifest import read_failing
from analysis.experiment.own import find_project
from analysis.experiment.plan import BuildSequence, Plan
from analysis.experiment.settings import Settings
from analysis.lab import (
    Build,
    BuildJob,
    Conveyor,
    Given,
    Images,
    Lab,
    build_story,
    check_platform,
)
from analysis.workload import find_story, read_link

_Say = Callable[[str], None]


class _LabPlace:
    """A lab that is up, and the contexts of an experiment's scenarios on base images in it."""

    ends_one = LabError

    def __init__(self, lab: Lab, contexts: Contexts, settings: Settings, prefix: str = "") -> None:
        self.lab, self.contexts, self.settings, self.prefix = lab, contexts, settings, prefix
        # scenario -> digest of its context
        self._digests: dict[str, str] = {}

    def build(self, sequences: Sequence[BuildSequence], recorder: Recorder) -> None:
        """Build one sequence after the other; EngineError ends them all."""
        self._digests = self.contexts.digest()
        planned = [(each, self._list_builds(each, recorder)) for each in sequences]
        everything = [build for _, builds in planned for build in builds]
        conveyor = Conveyor(
            self.lab.background, everything, lambda build: _watch(build.scenario, recorder)
        )
        for sequence, builds in planned:
            recorder.begin(sequence)
            if sequence.story:
                self._tell_story(sequence, recorder)
            elif builds:
                self._build_sequence(sequence, builds, conveyor, recorder)
            else:
                recorder.progress.say(f"{sequence.name}: another call has finished it meanwhile")
        conveyor.drop()

    def _build_sequence(
        self,
        sequence: BuildSequence,
        builds: Sequence[Build],
        conveyor: Conveyor,
        recorder: Recorder,
    ) -> None:
        """Build a sequence and let each build be recorded; EngineError ends them all."""
        try:
            for build, built in zip(builds, conveyor.run(builds), strict=True):
                built[0]["context"] = self._digests[build.scenario]
                recorder.keep(Run(*built))
                if recorder.failing.keys() - self.contexts.without:
                    self.contexts.leave_out(recorder.failing)
                    self._digests = self.contexts.digest()
        except EngineError:
            raise
        except LabError as error:
            recorder.break_off(sequence.name, error)
        finally:
            builds[0].job.close()

    def _tell_story(self, sequence: BuildSequence, recorder: Recorder) -> None:
        """Build a story and let its last build be recorded; EngineError ends them all."""
        story, job = find_story(sequence.story), self._make_job(sequence)
        rng = self._draw(sequence)
        pool = range(max(self.settings.pool, *map(len, story.story)))
        slots = [rng.sample(pool, len(moment)) for moment in story.story]
        watch = _watch(story.name, recorder)
        try:
            commit, built = build_story(job, story, self.contexts.at, slots, watch)
            built[0]["context"] = digest_of(self.contexts.at(commit), self.settings.options)
            recorder.keep(Run(*built))
        except EngineError:
            raise
        except LabError as error:
            recorder.break_off(sequence.name, error)
        finally:
            job.close()

    def _make_job(self, sequence: BuildSequence) -> BuildJob:
        """What the builds of a sequence share."""
        settings = self.settings
        return BuildJob(
            self.lab,
            sequence.strategy,
            sequence.number,
            settings.time_limit,
            prefix=self.prefix,
            end=sequence.story,
            given=Given(
                variables=settings.env,
                secrets=settings.given_secrets,
                hidden=tuple(settings.read_hidden()),
            ),
            project=find_project(settings),
        )

    def _draw(self, sequence: BuildSequence) -> random.Random:
        """What the hosts of a sequence are drawn by."""
        end = f"-{sequence.story}" if sequence.story else ""
        return random.Random(
            f"{self.settings.seed}-{sequence.strategy.name}-{sequence.number}{end}"
        )

    def _list_builds(self, sequence: BuildSequence, recorder: Recorder) -> list[Build]:
        """A sequence's builds up to the last one missing; those before it restore its state."""
        if sequence.story:
            return []
        job, rng = self._make_job(sequence), self._draw(sequence)
        return [
            Build(job, scenario, self.contexts[scenario], rng.randrange(self.settings.pool))
            for scenario in recorder.plan.list_wanted(recorder.folder, sequence)
        ]


# the heading of a step in BuildKit's plain output, and the agent's line on a command
_RUNS_NOW = re.compile(
    rb"^#\d+ (\[.+|exporting .+|importing .+)|Running command (.+)", re.MULTILINE
)


def find_step(chunk: bytes) -> str | None:
    """The last step or command that a part of a log says has begun, null if it names none."""
    found = _RUNS_NOW.findall(chunk)
    if not found:
        return None
    return next(part for part in found[-1] if part).decode("utf-8", "replace").strip()


def _watch(scenario: str, recorder: Recorder) -> Callable[[bytes], None]:
    """Shows what a build does by the log as it comes."""

    def watch(chunk: bytes) -> None:
        step = find_step(chunk)
        if step:
            recorder.progress.show(f"{scenario}: {step}")

    return watch


class Labs:
    """Labs that stay up between experiments, one for each link and set of needs.

    `needs`: what each of them has, whatever its experiment needs.
    """

    def __init__(self, images: Images | None = None, needs: Iterable[str] = ()) -> None:
        self.images, self.needs = images or Images.from_environment(), frozenset(needs)
        self._stack = ExitStack()
        self._open: dict[tuple[str, frozenset[str]], Lab] = {}
        self._used = itertools.count()

    def __enter__(self) -> "Labs":
        return self

    def __exit__(self, *problem: object) -> None:
        self._stack.close()

    def list_ids(self) -> list[str]:
        """The ids of the labs that are up, which their containers are labelled with."""
        return [lab.id for lab in self._open.values()]

    @contextmanager
    def open_place(
        self, plan: Plan, settings: Settings, say: _Say, experiment: Path
    ) -> Iterator[_LabPlace]:
        """A place for a plan's builds, whose contexts are gone after the block; LabError."""
        key = (settings.link, self.needs.union(plan.needs))
        if key not in self._open:
            lab = Lab(self.images, read_link(settings.link), key[1], say)
            self._open[key] = self._stack.enter_context(lab)
        lab, used = self._open[key], next(self._used)
        check_platform(lab, settings.platform)
        with contexts_for(
            lab,
            settings.context,
            plan.scenarios,
            plan.facts["bases"],
            settings.replacements,
            settings.arguments,
            read_failing(experiment),
            lab.folder,
            settings.options,
            plan.replay.write if plan.replay else None,
        ) as contexts:
            yield _LabPlace(lab, contexts, settings, f"{used}-" if used else "")
