"""Rules on where caches and images lie: lifecycle rules, tags that are fixed, buckets, branches."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from analysis.doctor.builds import Build
from analysis.doctor.caches import Cache, split_reference
from analysis.doctor.case import ANY_BUCKET, Case
from analysis.doctor.edits import add_option
from analysis.doctor.findings import Finding
from analysis.doctor.projects import Repository
from analysis.doctor.terraform import find_address

_COUNT = "imageCountMoreThan"
_EXPIRY = (
    'aws_s3_bucket_lifecycle_configuration: rule { status = "Enabled", expiration { days = 14 } }'
)
_TESTS = ("[", "[[", "test", "case")
_OF_BRANCH = re.compile(r"\$\{?\w*(?:BRANCH|HEAD_REF|BASE_REF|TRIGGER|SOURCE_VERSION)", re.I)
_BRANCH = "${CODEBUILD_WEBHOOK_HEAD_REF##*/}"


def check_count_rules(case: Case) -> Iterator[Finding]:
    """A cache in the image's repository, under a rule that counts entries."""
    for build in case.builds:
        for cache in build.exports():
            repository = _own_repository(case, build, cache)
            if repository is None:
                continue
            name, tag = split_reference(cache.ref)
            if rule := _find_count(repository.rules, tag):
                number = _selection(rule).get("countNumber", "N")
                yield Finding(
                    "cache-under-count-rule",
                    build.file,
                    build.line_of("cache-to"),
                    f"{cache.ref} lies in the image's repository, whose rule keeps the newest "
                    f"{number} entries ({repository.file.name}:{repository.line}): each export "
                    "adds one that counts.",
                    f"ref={name}-cache:{tag}",
                )


def _own_repository(case: Case, build: Build, cache: Cache) -> Repository | None:
    """The repository of a cache where it is that of the image, too."""
    if cache.kind != "registry" or not cache.ref:
        return None
    name = split_reference(cache.ref)[0]
    own = {split_reference(each)[0] for each in case.names_of(build)}
    return case.find_repository(cache.ref) if name in own else None


def _selection(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    found = rule.get("selection")
    return found if isinstance(found, dict) else {}


def _in_order(rules: tuple[Mapping[str, Any], ...]) -> list[Mapping[str, Any]]:
    """Rules, the first priority first."""

    def priority(rule: Mapping[str, Any]) -> int:
        text = str(rule.get("rulePriority", ""))
        return int(text) if text.isdecimal() else 10_000

    return sorted(rules, key=priority)


def _find_count(rules: tuple[Mapping[str, Any], ...], tag: str) -> Mapping[str, Any]:
    """The rule that counts the entries which exports to a tag leave; {} for none.

    An export leaves its tag's old entry behind without one. What a rule of higher priority
    selects counts for no other.
    """
    tagged = untagged = True
    for rule in _in_order(rules):
        selection = _selection(rule)
        status = selection.get("tagStatus")
        takes = status == "tagged" and tagged and _takes_tag(selection, tag)
        if selection.get("countType") == _COUNT:
            if (status == "any" and untagged) or takes:
                return rule
            if status == "any" and tagged and not untagged:
                return {}
        if takes:
            tagged = False
        if status == "untagged":
            untagged = False
    return {}


def _takes_tag(selection: Mapping[str, Any], tag: str) -> bool:
    """Whether a rule for tagged entries selects a tag."""
    prefixes = selection.get("tagPrefixList") or []
    patterns = selection.get("tagPatternList") or []
    return any(tag.startswith(str(each)) for each in prefixes) or any(
        fnmatchcase(tag, str(each)) for each in patterns
    )


def check_immutable(case: Case) -> Iterator[Finding]:
    """A cache that is exported to a tag which can't be overwritten."""
    for build in case.builds:
        for cache in build.exports():
            if cache.kind != "registry" or not cache.ref:
                continue
            repository = case.find_repository(cache.ref)
            tag = split_reference(cache.ref)[1] or "latest"
            if repository and "$" not in tag and _is_fixed(repository, tag):
                yield Finding(
                    "cache-in-immutable-repository",
                    build.file,
                    build.line_of("cache-to"),
                    f"{cache.ref} can be written once: {repository.name or 'its repository'} has "
                    f"{repository.mutability} tags ({repository.file.name}:{repository.line}).",
                    f"ref={split_reference(cache.ref)[0]}-cache:{tag}",
                )


def _is_fixed(repository: Repository, tag: str) -> bool:
    """Whether a tag of a repository can't be overwritten."""
    excluded = any(fnmatchcase(tag, each) for each in repository.filters)
    if repository.mutability.startswith("MUTABLE"):
        return excluded
    return repository.mutability.startswith("IMMUTABLE") and not excluded


def check_attestations(case: Case) -> Iterator[Finding]:
    """Pushes with a provenance attestation, under a rule that counts it."""
    for build in case.builds:
        if not _attests(case, build):
            continue
        found = (case.find_repository(name) for name in sorted(case.names_of(build)))
        for repository in filter(None, found):
            rule = _find_untagged_count(repository.rules)
            if rule:
                number = _selection(rule).get("countNumber", "N")
                yield Finding(
                    "attestations-counted",
                    build.file,
                    build.line,
                    "Each push adds a provenance attestation and an index, and the rule that "
                    f"keeps {number} entries ({repository.file.name}:{repository.line}) may count "
                    "both.",
                    add_option(build.step, "--provenance=false")
                    if build.step and build.form == "buildx build"
                    else "--provenance=false",
                )
                break


def _attests(case: Case, build: Build) -> bool:
    """Whether a push of a build adds an attestation."""
    if build.step is None or build.spec is None:
        return False
    values = {**build.step.values, **build.step.command.assignments}
    call = build.step.call
    listed = call.value("--sbom") not in ("", "false", "0") if call else False
    told = build.provenance.lower() in ("false", "0", "disabled=true")
    off = told and not listed
    if off or values.get("BUILDX_NO_DEFAULT_ATTESTATIONS", "") not in ("", "0", "false"):
        return False
    if build.push and case.container_builder(build):
        return True
    store = any("containerd-snapshotter" in text for s in build.spec.steps for text in s.texts)
    return store and not build.legacy


def _find_untagged_count(rules: tuple[Mapping[str, Any], ...]) -> Mapping[str, Any]:
    """The rule that counts entries without a tag, {} for none."""
    for rule in _in_order(rules):
        selection = _selection(rule)
        if selection.get("tagStatus") in ("any", "untagged"):
            return rule if selection.get("countType") == _COUNT else {}
    return {}


def check_buckets(case: Case) -> Iterator[Finding]:
    """A cache in a bucket that nothing empties: BuildKit's, or CodeBuild's own with keys."""
    yield from _check_keys(case)
    for build in case.builds:
        for cache in build.exports():
            bucket = cache.option("bucket")
            if cache.kind != "s3" or _expires(case, bucket):
                continue
            known = [each for each in case.buckets if bucket in (each[2], each[3])]
            where = "no file given here expires its objects."
            if known:
                where = f"{known[0][0].name}:{known[0][1]} has no rule that expires its objects."
            yield Finding(
                "s3-cache-without-expiry",
                build.file,
                build.line_of("cache-to"),
                f"BuildKit deletes nothing from the bucket {bucket or '?'}, and {where}",
                _EXPIRY,
                severity="warning" if known else "",
            )


def _check_keys(case: Case) -> Iterator[Finding]:
    """S3 caches of CodeBuild whose key differs: each key is an archive of its own."""
    for spec in case.specs:
        key = spec.node.get("cache", "key")
        projects = [project for project in spec.projects if project.cache.upper() == "S3"]
        places = [project.location.partition("/")[0] for project in projects]
        if "$" in key.text() and not any(_expires(case, place) for place in places or [""]):
            yield Finding(
                "s3-cache-without-expiry",
                spec.file,
                key.line,
                "Each value of this key leaves an archive in the cache's bucket, and no file given "
                "here expires its objects.",
                _EXPIRY,
            )


def _expires(case: Case, bucket: str) -> bool:
    """Whether objects of a bucket expire, as far as is told."""
    address = find_address(bucket)
    addresses = {each[3] for each in case.buckets if bucket and bucket == each[2]}
    if {ANY_BUCKET, bucket, address, *addresses} & case.expiring - {""}:
        return True
    return bool(case.expiring) and not address and "$" in bucket


def check_branches(case: Case) -> Iterator[Finding]:
    """One cache reference for all branches."""
    for build in case.builds:
        for cache in build.exports():
            place = _shared_place(cache)
            told = [project.branches for project in case.projects_of(build)]
            one = bool(told) and all(each is False for each in told)
            if not place or one or _asks_for_branch(build):
                continue
            several = any(told)
            also = (
                _BRANCH
                if cache.kind == "s3"
                else f"{split_reference(place)[1] or 'cache'}-{_BRANCH}"
            )
            yield Finding(
                "shared-cache-reference",
                build.file,
                build.line_of("cache-to"),
                f"Builds of every branch write {place}: each replaces what the others left.",
                f"--cache-to of {also}, --cache-from of it and of the main branch's",
                severity="warning" if several else "",
            )


def _asks_for_branch(build: Build) -> bool:
    """Whether a buildspec does one thing or another by its branch."""
    steps = build.spec.steps if build.spec else []
    return any(each.program in _TESTS and _OF_BRANCH.search(each.source) for each in steps)


def _shared_place(cache: Cache) -> str:
    """The reference of a cache that is the same for all builds, "" where it differs."""
    if cache.kind == "registry" and cache.ref:
        name, tag = split_reference(cache.ref)
        known = tag or not name.startswith("$") or "/" in name
        differs = "$" in tag or "`" in tag or _OF_BRANCH.search(name)
        return cache.ref if known and not differs else ""
    if cache.kind == "s3":
        parts = cache.option("name") + cache.option("prefix") + cache.option("manifests_prefix")
        return "" if "$" in parts else f"s3://{cache.option('bucket')}/{cache.option('prefix')}"
    return ""
