"""A scenario with a story on CodeBuild: its builds one after the other, or at once."""

from collections.abc import Callable

from analysis.codebuild.contexts import ContextArchive
from analysis.codebuild.ledger import DONE
from analysis.codebuild.scheduler import Waits
from analysis.codebuild.sequence import CloudSequence
from analysis.errors import CloudError
from analysis.workload import Commit, Scenario


def tell_story(
    sequence: CloudSequence,
    story: Scenario,
    upload: Callable[[Commit], ContextArchive],
    record: Callable[[ContextArchive, bool], Waits],
) -> Waits:
    """Build all of a story and record its last build, as the lab does. CloudError.

    Of builds at once the branch whose build was over first the time before is recorded. `upload`
    gives the context of a commit; `record` builds the scenario itself, beside others or not.
    """
    first = ""
    for number, moment in enumerate(story.story):
        names = {commit: f"{story.name}-{number}-{commit.branch}" for commit in moment}
        kept = next((commit for commit in moment if commit.branch == first), moment[0])
        last = number == len(story.story) - 1
        if last:
            names[kept] = story.name
        sequence.branches |= {name: commit.branch for commit, name in names.items()}
        archives = {commit: upload(commit) for commit in moment}
        for commit in moment:
            yield from sequence.begin(names[commit], archives[commit].location)
        ends = {}
        for commit in sorted(moment, key=lambda each: each == kept and last):
            if commit == kept and last:
                yield from record(archives[commit], len(moment) > 1)
            else:
                ends[commit] = yield from _build(sequence, names[commit], archives[commit])
        first = min(ends, key=lambda commit: ends[commit]).branch if ends else ""


def _build(sequence: CloudSequence, name: str, archive: ContextArchive) -> Waits:
    """When a build that leads up to the story's last one was over; CloudError if it went wrong."""
    entry, build, _ = yield from sequence.run(name, archive.location)
    sequence.ledger.note(entry, state=DONE)
    if (build["buildStatus"] == "SUCCEEDED") != (sequence.strategy.expect == "succeeded"):
        raise CloudError(
            f"The build {entry.id}, which leads up to another, ended as {build['buildStatus']}: "
            "see its log. The same call builds this sequence anew."
        )
    return build["endTime"]
