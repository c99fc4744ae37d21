"""A scenario with a story: its builds from an empty repository on, whose last is recorded."""

from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.errors import LabError
from analysis.lab.build import (
    Build,
    Built,
    Watch,
    blame,
    finish_build,
    prepare_host,
    time_build,
    time_together,
)
from analysis.lab.jobs import BuildJob
from analysis.records import run_name
from analysis.workload import Commit, Scenario

# context of a commit
Contexts = Callable[[Commit], Path]


def build_story(
    job: BuildJob,
    scenario: Scenario,
    contexts: Contexts,
    slots: Sequence[Sequence[int]],
    watch: Watch | None = None,
) -> tuple[Commit, Built]:
    """(a story's last commit, what there is to be recorded of its build).

    Of builds at once it is the one whose branch was over first the time before: what that had
    exported was replaced, where branches share a reference. `slots`: places in a pool of hosts, for
    each moment. LabError where a build before the last fails.
    """
    first = ""
    for number, moment in enumerate(scenario.story):
        beside = len(moment) > 1
        builds = [
            Build(job, scenario.name, contexts(commit), slot, commit.branch, number, beside)
            for commit, slot in zip(moment, slots[number], strict=True)
        ]
        built = dict(zip(moment, _build_moment(builds, watch), strict=True))
        kept = next((commit for commit in moment if commit.branch == first), moment[0])
        first = min(moment, key=lambda commit: built[commit][0]["finished"]).branch
        if number < len(scenario.story) - 1:
            _check_before(job, scenario, number, list(built.values()))
    return kept, built[kept]


def _build_moment(builds: Sequence[Build], watch: Watch | None) -> list[Built]:
    """What there is to be recorded of builds that run at once, or of the only one."""
    ready = [prepare_host(build) for build in builds]
    if len(builds) == 1:
        timed = [time_build(builds[0], ready[0], watch)[1]]
    else:
        timed = time_together(list(zip(builds, ready, strict=True)))
    builds[0].job.lab.collect()
    done = list(zip(builds, ready, timed, strict=True))
    try:
        for each in done:
            blame(*each)
    except LabError:
        # what ran beside it is of no use either
        for build, host, _ in done:
            build.job.give_back(host.host, alive=False)
        raise
    return [finish_build(*each) for each in done]


def _check_before(job: BuildJob, scenario: Scenario, number: int, built: Sequence[Built]) -> None:
    """LabError where a build that leads up to a scenario's own did not end as it should have."""
    for record, *_ in built:
        if record["status"] != job.strategy.expect:
            raise LabError(
                f"{run_name(job.strategy.name, scenario.name, job.number)} can't be built: build "
                f"{number + 1} of those before it {record['status']} where it should have "
                f"{job.strategy.expect}."
            )
