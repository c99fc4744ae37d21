"""What an experiment on AWS has to build, and whether it can be built there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import records
from analysis.aws import Aws
from analysis.codebuild.account import REPOSITORY, Account, name_sequence, read_projects
from analysis.codebuild.identity import check_region, identify
from analysis.codebuild.own_buildspec import check_own
from analysis.codebuild.record import LINK, PLACE
from analysis.errors import RecordError, SettingError
from analysis.experiment import (
    BuildSequence,
    Plan,
    Replay,
    Settings,
    check_given,
    choose_scenarios,
    choose_written,
    find_replay,
    gather_facts,
    order_sequences,
    plan_sequences,
    record_folders,
    record_past,
    record_settings,
    say_impossible,
)
from analysis.lab import Images
from analysis.redaction import redact_values
from analysis.words import join_words
from analysis.workload import (
    CODEBUILD,
    UNSHAPED,
    Strategy,
    list_replacements,
    needs_newer_base,
)

Report = Callable[[str], None]


@dataclass(frozen=True)
class CloudPlan(Plan):
    """A plan with the account it is for and what its projects are (type, image, computeType, …).

    `finished` names the sequences that were asked for too and lack nothing.
    """

    account: Account
    projects: dict[str, dict[str, Any]]
    needs_bases: bool
    finished: list[str]

    @property
    def experiment(self) -> str:
        """What tells this experiment from all others on AWS."""
        return self.facts["id"]

    def describe_machine(self) -> dict[str, Any]:
        """What experiment.json says of the machine: region, and each project's hosts."""
        kept = ("type", "image", "computeType")
        hosts = {
            name: {key: each[key] for key in kept if key in each}
            for name, each in self.projects.items()
        }
        return {"region": self.account.region, "projects": hosts}


def _needs_bases(scenarios: Sequence[str], settings: Settings) -> bool:
    """Whether these scenarios need newer base images that nothing replaces."""
    return needs_newer_base(scenarios, list_replacements(settings.replacements))


def _report_all(lines: Iterable[str], report: Report) -> None:
    """Tell each of the lines."""
    for line in lines:
        report(line)


def plan_on_codebuild(
    folder: Path,
    strategies: str | Sequence[str],
    scenarios: str | Sequence[str],
    settings: Settings,
    aws: Aws,
    account: Account,
    report: Report,
) -> CloudPlan:
    """What is missing in `folder`, in the order in which it is to begin.

    Strategies that the account has no project or bucket for are left out, and told. Raises what
    the lab's make_plan does, SettingError for a link, and AccountError for a missing project.
    """
    _check_settings(settings)
    chosen = choose_written(strategies, settings, report)
    replay = find_replay(settings, folder)
    possible = replay.list_built() if replay else choose_scenarios(scenarios, settings, report)
    facts = _describe_facts(folder, chosen, settings, replay)
    built = _keep_possible(chosen, account, report)
    _check_names(built)
    check_own(built, account, dict(settings.env))
    _report_all(say_impossible(built, possible), report)
    plan = plan_sequences(folder, built, possible, settings, facts)
    projects = {account.choose_project(each.strategy) for each in plan.sequences}
    described = read_projects(aws, projects)
    check_given(plan.strategies, settings.env, _list_known(described))
    check_region(folder, account.region)
    _check_hosts(folder, described)
    return CloudPlan(
        plan.scenarios,
        plan.sequences,
        plan.facts,
        account,
        described,
        _needs_bases(possible, settings) and bool(plan.sequences),
        _name_done(order_sequences(built, settings, possible), plan.sequences),
        anew=plan.anew,
        replay=replay,
    )


def _name_done(asked: Iterable[BuildSequence], missing: Sequence[BuildSequence]) -> list[str]:
    """The names of the sequences that are asked for and lack nothing."""
    done = [each for each in asked if each not in missing]
    return [name_sequence(each.strategy.name, each.number, each.story) for each in done]


def _list_known(projects: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The variables that every one of some projects sets."""
    known = [
        {each["name"] for each in project.get("environmentVariables", [])}
        for project in projects.values()
    ]
    return set.intersection(*known) if known else set()


def _check_settings(settings: Settings) -> None:
    """SettingError for what only the lab can give."""
    if settings.link not in (CODEBUILD, UNSHAPED):
        raise SettingError(f"The link of AWS can't be shaped: leave LINK={settings.link} out.")
    _check_given(settings)


def _check_given(settings: Settings) -> None:
    """SettingError for what CodeBuild would show in clear, or can't be given from here.

    What a request says of variables and commands stands in the console for all who may read it.
    """
    files = [secret.id for secret in settings.given_secrets if secret.file]
    if files:
        raise SettingError(
            f"SECRETS on CodeBuild come from variables of the project: keep {join_words(files)} in "
            "Secrets Manager or Parameter Store, let the project's environment name a variable for "
            "it, and give SECRETS=id=NAME,env=VARIABLE."
        )
    named = {**settings.build_args, **settings.env}
    clear = [name for name in named if redact_values({name: named[name]})[name] != named[name]]
    if clear:
        raise SettingError(
            f"{join_words(clear)} would stand in CodeBuild's console in clear: keep it in Secrets "
            "Manager or Parameter Store, and let the project's environment give it."
        )


def _check_names(strategies: Sequence[Strategy]) -> None:
    """SettingError for strategies whose sequences could not have repositories of their own."""
    names: dict[str, str] = {}
    for strategy in strategies:
        name = name_sequence(strategy.name, 1)
        if name in names or not REPOSITORY.fullmatch(name):
            other = f" or is that of {names[name]}" if name in names else ""
            raise SettingError(
                f"The strategy {strategy.name} would push to a repository {name}, a name "
                f"that ECR refuses{other}: rename its buildspec, with small letters, digits and -."
            )
        names[name] = strategy.name


def _check_hosts(folder: Path, projects: Mapping[str, Mapping[str, Any]]) -> None:
    """RecordError when a project's hosts are not those that an experiment began with."""
    path = folder / "experiment.json"
    machine = records.read_facts(folder).get("machine", {})
    for name, known in machine.get("projects", {}).items():
        now = {key: projects[name].get(key) for key in known} if name in projects else known
        if now != known:
            was, are = (" ".join(map(str, each.values())) for each in (known, now))
            raise RecordError(
                f"{path} records builds on other hosts: the project {name} had {was} and has "
                f"{are}. Choose another folder for new runs, or change the project back."
            )


def _describe_facts(
    folder: Path, chosen: list[Strategy], settings: Settings, replay: Replay | None
) -> dict[str, Any]:
    """What experiment.json is to say: FROM takes what is written there, no image stands for it."""
    facts = gather_facts(
        settings.context, Images(), chosen, settings.replacements, settings.options
    )
    facts |= record_settings(settings) | record_folders(settings)
    facts |= record_past(settings, replay, Images(), facts["bases"])
    return facts | identify(folder) | {"place": PLACE, "images": {}, "link": LINK}


def _keep_possible(chosen: Sequence[Strategy], account: Account, report: Report) -> list[Strategy]:
    """The strategies that can be built here; the others are reported."""
    reasons = {strategy.name: account.explain_absence(strategy) for strategy in chosen}
    for name, reason in reasons.items():
        if reason:
            report(f"strategy {name} is left out: {reason}")
    return [strategy for strategy in chosen if not reasons[strategy.name]]
