"""What a lifecycle policy keeps: AWS's own examples, the rules one by one, and at random."""

import json
import random
from datetime import timedelta
from fnmatch import fnmatchcase

import pandas as pd
import pytest
from repository import START, Repository

from analysis.errors import PolicyError
from analysis.registry.images import read_images
from analysis.registry.lifecycle import preview_lifecycle
from analysis.registry.policy import _compile_pattern

NOW = START + timedelta(days=12)
EXPIRE = {"type": "expire"}
ARCHIVE = {"type": "transition", "targetStorageClass": "archive"}


def rule(priority, count, status="any", action=EXPIRE, **selection):
    """A rule that keeps the `count` newest, unless countType says days."""
    days = selection.get("countType", "imageCountMoreThan") != "imageCountMoreThan"
    unit = {"countUnit": "days"} if days else {}
    selection = {"countType": "imageCountMoreThan", "countNumber": count} | unit | selection
    selection["tagStatus"] = "tagged" if "agP" in "".join(selection) else status
    return {"rulePriority": priority, "selection": selection, "action": action}


def policy(*rules):
    return {"rules": list(rules)}


def days(count, **more):
    return {"count": count, "countType": "sinceImagePushed"} | more


def example(**images):
    """Images of AWS's examples: name -> (tags, days ago); a preview's actions by name."""
    repository = Repository()
    names = {}
    for name, (tags, ago) in images.items():
        repository.day = 12 - ago
        names[repository.image(name, *tags)["digest"]] = name
    frame = read_images(repository.image_details, repository.manifests)

    def preview(*rules, **options):
        found = preview_lifecycle(frame, policy(*rules), now=NOW, **options)
        return dict(zip(found["digest"].map(names), found["action"], strict=True))

    return preview


def expired(actions):
    return "".join(sorted(name for name, action in actions.items() if action == "expire"))


BETAS = {"A": (["beta-1", "prod-1"], 10), "B": (["beta-2", "prod-2"], 9), "C": (["beta-3"], 8)}
PROD, BETA = {"tagPrefixList": ["prod"]}, {"tagPrefixList": ["beta"]}


def test_aws_example_multiple_rules_a():
    assert expired(example(**BETAS)(rule(1, 1, **PROD), rule(2, 1, **BETA))) == "A"


def test_aws_example_multiple_rules_b():
    assert expired(example(**BETAS)(rule(1, 1, **BETA), rule(2, 1, **PROD))) == "AB"


@pytest.mark.parametrize(
    "tags", [{"tagPrefixList": ["al", "beta"]}, {"tagPatternList": ["a*", "b*1", "*"]}]
)
def test_every_item_of_a_list_must_match_some_tag(tags):
    preview = example(A=(["alpha-1"], 12), B=(["beta-1"], 11), C=(["alpha-2", "beta-1"], 10))
    assert expired(preview(rule(1, **days(5, **tags)))) == "C"


def test_aws_example_several_tags_in_one_rule_by_count():
    preview = example(
        A=(["alpha-1", "beta-1", "gamma-1"], 10),
        B=(["alpha-2", "beta-2"], 9),
        C=(["alpha-3", "beta-3", "gamma-2"], 8),
    )
    assert expired(preview(rule(1, 1, tagPrefixList=["alpha", "beta"]))) == "AB"


def test_any_sees_all_images_but_leaves_those_of_earlier_rules():
    preview = example(A=(["alpha-1"], 12), B=(["beta-1"], 11), C=([], 10), D=(["alpha-2"], 9))
    alpha = rule(1, 1, tagPrefixList=["alpha"])
    assert expired(preview(alpha, rule(2, 1))) == "ABC"
    assert expired(preview(rule(1, 5, tagPrefixList=["alpha"]), rule(2, 1))) == "BC"


def test_untagged_images_only():
    preview = example(A=([], 3), B=(["v1"], 3), C=([], 1))
    assert expired(preview(rule(1, 1, "untagged"))) == "A"


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("prod", "A"),
        ("prod*", "AB"),
        ("*", "ABC"),
        ("*-1", "B"),
        ("p*d*1", "B"),
        ("prod?1", ""),
        ("[p]rod", ""),
        ("prod.1", ""),
    ],
)
def test_patterns_know_no_wildcard_but_the_star(pattern, matches):
    preview = example(A=(["prod"], 9), B=(["prod-1"], 9), C=(["dev"], 9))
    assert expired(preview(rule(1, **days(5, tagPatternList=[pattern])))) == matches


def test_a_pattern_of_four_stars_takes_no_time_on_any_tag():
    preview = example(A=(["a" * 300], 9), B=(["a" * 299 + "b"], 9))
    assert expired(preview(rule(1, **days(5, tagPatternList=["*a*a*a*b"])))) == "B"


@pytest.mark.parametrize("seed", range(3))
def test_patterns_match_as_a_shell_s_do(seed):
    print(f"seed {seed}")
    rng = random.Random(seed)
    for _ in range(300):
        pattern = "".join(rng.choices("ab*", k=rng.randrange(1, 8))).replace("**", "*")
        tag = "".join(rng.choices("ab", k=rng.randrange(1, 9)))
        assert bool(_compile_pattern(pattern).fullmatch(tag)) == fnmatchcase(tag, pattern)


def test_an_age_at_the_limit_is_kept_and_beyond_it_not():
    preview = example(A=([], 5), B=([], 6))
    assert expired(preview(rule(1, **days(5)))) == "B"


def test_images_are_archived_or_by_last_pull_and_expire_from_the_archive():
    repository = Repository()
    for name in ("pulled", "unused", "archived", "late"):
        repository.image(name, name)
    pulled, _, archived, late = repository.image_details
    now = START + timedelta(days=400)
    pulled["lastRecordedPullTime"] = now - timedelta(days=1)
    archived |= {"imageStatus": "ARCHIVED", "lastArchivedAt": START}
    late |= {"imageStatus": "ARCHIVED", "lastArchivedAt": now}
    images = read_images(repository.image_details, repository.manifests)
    rules = policy(
        rule(1, **days(90, countType="sinceImagePulled", action=ARCHIVE)),
        rule(2, **days(365, countType="sinceImageTransitioned", storageClass="archive")),
    )
    found = preview_lifecycle(images, rules, now=now)
    assert found["action"].tolist() == ["keep", "transition", "expire", "keep"]
    assert found["rule"].tolist() == [1, 1, 2, 2]


def test_a_restored_image_counts_from_when_it_was_and_one_being_restored_is_let_be():
    repository = Repository()
    for name in ("restored", "pulled since", "old", "restoring", "untold"):
        repository.image(name, name.replace(" ", "-"))
    restored, pulled, old, restoring, untold = repository.image_details
    now = START + timedelta(days=400)
    restored |= {"lastArchivedAt": START, "lastActivatedAt": now - timedelta(days=5)}
    restored["lastRecordedPullTime"] = START
    pulled |= {"lastActivatedAt": START, "lastRecordedPullTime": now - timedelta(days=5)}
    old |= {"lastActivatedAt": START, "lastRecordedPullTime": START}
    restoring |= {"imageStatus": "ACTIVATING", "lastArchivedAt": START}
    untold |= {"imageStatus": "ARCHIVED"}
    rules = policy(
        rule(1, **days(90, countType="sinceImagePulled", action=ARCHIVE)),
        rule(2, **days(365, countType="sinceImageTransitioned", storageClass="archive")),
    )
    found = preview_lifecycle(read_images(repository.image_details, {}), rules, now=now)
    assert found["action"].tolist() == ["keep", "keep", "transition", "keep", "keep"]
    assert found["rule"].fillna(0).tolist() == [1, 1, 1, 0, 2]
    assert found["reason"][0].startswith("last pulled or restored, or pushed if never, 5.0 days")


def builds(number):
    """A repository with `number` pushes from a container builder, each over the last's tag."""
    repository = Repository()
    indexes = [repository.build(n, "latest")["digest"] for n in range(number)]
    return read_images(repository.image_details, repository.manifests), indexes


def test_children_stay_as_long_as_their_index():
    images, indexes = builds(3)
    found = preview_lifecycle(images, policy(rule(1, **days(1))), now=NOW + timedelta(days=99))
    actions = found.set_index("digest")["action"]
    assert actions[indexes].eq("expire").all()
    assert actions.drop(indexes).eq("keep").all()
    child = found[~found["digest"].isin(indexes)].iloc[0]
    assert child["reason"] == f"{indexes[0]} lists it and must go first"
    assert pd.isna(child["rule"])


def test_whether_children_count_decides_how_many_builds_are_kept():
    images, indexes = builds(5)
    three = policy(rule(1, 3))
    kept = {
        counted: preview_lifecycle(images, three, now=NOW, count_children=counted)
        .set_index("digest")["action"]
        .loc[indexes]
        .eq("keep")
        .sum()
        for counted in (False, True)
    }
    assert kept == {False: 3, True: 1}


@pytest.mark.parametrize("counted", [False, True])
def test_the_one_known_preview_by_ecr_is_as_it_was(counted):
    # 26 entries, of which 2 untagged children are the oldest: "keep the newest 20" expires 4;
    # since children stay as long as their index, this number alone rules neither reading out
    repository = Repository()
    first = repository.build("first", "first")
    repository.day = 2
    rest = [repository.image(number, f"v{number}")["digest"] for number in range(23)]
    frame = read_images(repository.image_details, repository.manifests)
    assert len(frame) == 26
    found = preview_lifecycle(frame, policy(rule(1, 20)), now=NOW, count_children=counted)
    gone = found.loc[found["action"].eq("expire"), "digest"]
    assert len(gone) == 4
    assert first["digest"] in set(gone)
    assert set(gone) <= {first["digest"], *rest}


def test_superseded_caches_push_builds_out_of_keep_the_last_n():
    repository = Repository()
    images = []
    for day in range(4):
        repository.day = day
        images.append(repository.image(day, "latest")["digest"])
        repository.cache(day, "cache")
    frame = read_images(repository.image_details, repository.manifests)
    found = preview_lifecycle(frame, policy(rule(1, 4)), now=NOW).set_index("digest")
    assert found.loc[images, "action"].tolist() == ["expire", "expire", "keep", "keep"]


def test_a_referrer_goes_with_its_subject_and_stays_with_it():
    repository = Repository()
    for name in ("old", "new"):
        repository.day += 1
        subject = repository.image(name, name)
        signature = repository.artifact(name, subject)
        repository.artifact(f"of {name}'s", signature)
    images = read_images(repository.image_details, repository.manifests)
    found = preview_lifecycle(images, policy(rule(1, 1)), now=NOW)
    assert found["action"].tolist() == ["expire"] * 3 + ["keep"] * 3
    assert "refers to sha256:" in found["reason"][1]
    assert found["rule"].tolist() == [1] * 6


def test_an_attestation_of_the_new_form_stays_with_its_index():
    repository = Repository()
    image = repository.image("one")
    index = repository.index(image, tags=["latest"], attests=[repository.artifact("one", image)])[
        "digest"
    ]
    images = read_images(repository.image_details, repository.manifests)
    found = preview_lifecycle(images, policy(rule(1, **days(1))), now=NOW).set_index("digest")
    assert found["action"].drop(index).tolist() == ["keep", "keep"]
    assert found.loc[index, "action"] == "expire"


def test_subjects_in_a_circle_or_elsewhere_end():
    details = [
        {"imageDigest": a, "subjectManifestDigest": b, "imagePushedAt": START}
        for a, b in [("a", "b"), ("b", "a"), ("c", "c"), ("d", "elsewhere"), ("e", "a")]
    ]
    found = preview_lifecycle(read_images(details, {}), policy(rule(1, **days(1))), now=NOW)
    assert found["action"].tolist() == ["expire"] * 5


def test_an_image_of_unknown_age_is_kept_and_says_so():
    details = [{"imageDigest": "a"}, {"imageDigest": "b", "imagePushedAt": START}]
    for only in (rule(1, **days(1)), rule(1, 1)):
        found = preview_lifecycle(read_images(details, {}), policy(only), now=NOW)
        assert found["action"][0] == "keep"
        assert "not known" in found["reason"][0]


def test_reasons_say_the_numbers():
    images, _ = builds(3)
    found = preview_lifecycle(images, policy(rule(7, 2, tagPrefixList=["l"])), now=NOW)
    tagged = found[found["rule"] == 7]
    assert tagged["reason"].tolist() == ["number 1 of 1, newest first; 2 are kept"]
    assert found["reason"].eq("no rule selects it").sum() == 2


def test_a_policy_comes_as_object_text_or_file_and_time_without_a_zone_is_utc(tmp_path):
    images, _ = builds(4)
    given = policy(rule(1, **days(10)))
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(given))
    found = preview_lifecycle(images, given, now=NOW)
    assert found["action"].eq("expire").sum() == 1
    answer = {"registryId": "1", "repositoryName": "app", "lifecyclePolicyText": json.dumps(given)}
    saved = tmp_path / "answer.json"
    saved.write_bytes(json.dumps(answer | {"previewResults": []}).encode("utf-16"))
    # `--query lifecyclePolicyText` prints a text of JSON in JSON
    quoted = json.dumps(json.dumps(given))
    template = {"LifecyclePolicyText": json.dumps(given, indent=1)}
    texts = (json.dumps(given), f"\ufeff {json.dumps(answer)}", quoted, str(file), str(saved))
    for form in (*texts, file, saved, answer, template):
        again = preview_lifecycle(images, form, now=NOW.replace(tzinfo=None))
        pd.testing.assert_frame_equal(again, found)


def test_no_images_keep_columns_and_types():
    found = preview_lifecycle(read_images([], {}), policy(rule(1, 1)))
    assert found.empty
    assert found.dtypes.astype(str).to_dict() == {
        "digest": "string",
        "action": "string",
        "rule": "Int64",
        "reason": "string",
    }


def nest(depth):
    """A list in a list in a list …"""
    value = []
    for _ in range(depth):
        value = [value]
    return value


PREFIX = {"tagPrefixList": ["v"]}
INVALID = {
    "not JSON": ("{", "is not JSON"),
    "a list": ("[]", "write its rules so"),
    "no rules": ({"rules": []}, "has no rules"),
    "rules not a list": ({"rules": {}}, "has no rules"),
    "another key": ({"rule": []}, "did you mean 'rules'"),
    "a rule that is no object": (policy(7), "rule 1 is no object"),
    "a rule with another key": (policy(rule(1, 1) | {"prority": 1}), "unknown key 'prority'"),
    "no action": (policy(rule(1, 1) | {"action": None}), "has no action"),
    "no selection": (policy(rule(1, 1) | {"selection": None}), "has no selection"),
    "priority 0": (policy(rule(0, 1)), "rulePriority 0"),
    "priority in words": (policy(rule("1", 1)), "rulePriority '1'"),
    "priority true": (policy(rule(True, 1)), "rulePriority True"),
    "count 0": (policy(rule(1, 0)), "countNumber 0"),
    "a priority twice": (policy(rule(1, 1, "untagged"), rule(1, 1)), "uses a rulePriority twice"),
    "any before others": (policy(rule(1, 1), rule(2, 1, "untagged")), "highest number"),
    "any twice": (policy(rule(1, 1), rule(2, 2)), "2 rules for any images: keep one"),
    "untagged twice": (policy(rule(1, 1, "untagged"), rule(2, 2, "untagged")), "for untagged"),
    "the same tags twice": (policy(rule(1, 1, **PREFIX), rule(2, 2, **PREFIX)), "same tags"),
    "a tag status unknown": (policy(rule(1, 1, "all")), "tagStatus 'all': use tagged"),
    "tags of the untagged": (
        policy(rule(1, 1) | {"selection": rule(1, 1, "untagged")["selection"] | PREFIX}),
        "tagPrefixList with tagStatus untagged",
    ),
    "tagged without tags": (policy(rule(1, 1, "tagged")), "has no list of tags"),
    "both lists": (policy(rule(1, 1, **PREFIX, tagPatternList=["v*"])), "give it either"),
    "five stars": (policy(rule(1, 1, tagPatternList=["*a*b*c*d*"])), "has 5 [*] in"),
    "a list of numbers": (policy(rule(1, 1, tagPrefixList=[1])), "list of texts in tagPrefixList"),
    "text for a list": (policy(rule(1, 1, tagPrefixList="v")), "list of texts in tagPrefixList"),
    "a count type unknown": (policy(rule(1, 1, countType="sinceImagePush")), "countType"),
    "hours": (policy(rule(1, **days(1, countUnit="hours"))), "countUnit 'hours'"),
    "a count with a unit": (policy(rule(1, 1, countUnit="days")), "leave it out"),
    "expire by last pull": (
        policy(rule(1, **days(1, countType="sinceImagePulled"))),
        "sinceImagePulled can only transition",
    ),
    "from the archive without saying so": (
        policy(rule(1, **days(90, countType="sinceImageTransitioned"))),
        "needs 'archive'",
    ),
    "too soon from the archive": (
        policy(rule(1, **days(89, countType="sinceImageTransitioned", storageClass="archive"))),
        "90 days at least",
    ),
    "a count in the archive": (policy(rule(1, 1, storageClass="archive")), "needs 'standard'"),
    "to nowhere": (policy(rule(1, 1, action={"type": "transition"})), "targetStorageClass"),
    "expire to somewhere": (policy(rule(1, 1, action=ARCHIVE | EXPIRE)), "leave it out"),
    "null for what may be left out": (policy(rule(1, 1, countUnit=None)), "null for countUnit"),
    "an empty list": (policy(rule(1, 1, tagPrefixList=[])), "list of texts in tagPrefixList"),
    "an empty list for all": (
        policy(rule(1, 1) | {"selection": rule(1, 1)["selection"] | {"tagPrefixList": []}}),
        "leave it out",
    ),
    "a description that is none": (policy(rule(1, 1) | {"description": 5}), "is no text"),
    "a number of 33 bits": (policy(rule(1, 2**31)), "from 1 to 2147483647"),
    "a priority of 33 bits": (policy(rule(2**31, 1)), "from 1 to 2147483647"),
    "a number without end": (policy(rule(1, float("inf"))), "countNumber inf"),
    "no number": (policy(rule(1, float("nan"))), "countNumber nan"),
    "too long": (policy(rule(1, 1) | {"description": "x" * 30_720}), "ECR takes 30720"),
    "too long by its spaces": (json.dumps(policy(rule(1, 1))) + " " * 30_720, "ECR takes 30720"),
    "too deep": ("[" * 100_000, "nested too deeply"),
    "too deep a text in a text": ({"lifecyclePolicyText": "[" * 100_000}, "nested too deeply"),
    "too deep an object": (policy(rule(1, nest(100_000))), "nested too deeply"),
    "deep in a key": (policy(rule(1, nest(300))), "countNumber"),
    "a text that is no number": ('{"rules": [' + "9" * 5000 + "]}", "is not JSON"),
    "a path to nothing": ("absent.json", r"absent\.json can't be read"),
    "no JSON": (policy({1, 2}), "can't be JSON"),
    "51 rules": (policy(*[rule(n, 1, tagPrefixList=[f"{n}"]) for n in range(1, 52)]), "51 rules"),
}


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_policy_is_refused_with_the_fact_and_a_cure(name):
    given, words = INVALID[name]
    with pytest.raises(PolicyError, match=words):
        preview_lifecycle(read_images([], {}), given)


def test_an_invalid_file_is_named(tmp_path):
    file = tmp_path / "policy.json"
    with pytest.raises(PolicyError, match=r"policy\.json can't be read"):
        preview_lifecycle(read_images([], {}), file)
    file.write_text(json.dumps(policy(rule(1, 0))))
    with pytest.raises(PolicyError, match=r"policy\.json, rule 1 has countNumber 0"):
        preview_lifecycle(read_images([], {}), file)


def random_repository(rng):
    repository = Repository()
    tags = [f"{prefix}-{n}" for prefix in ("prod", "beta") for n in range(3)]
    for n in range(rng.randrange(1, 12)):
        repository.day = rng.randrange(12)
        chosen = rng.sample(tags, rng.randrange(3))
        push = rng.choice([repository.image, repository.cache, repository.build])
        pushed = push(n, *chosen)
        if rng.random() < 0.3:
            repository.artifact(n, pushed)
    return read_images(repository.image_details, repository.manifests)


def random_policy(rng):
    kinds = [PROD, BETA, {"tagPatternList": ["*-1"]}, {"status": "untagged"}]
    chosen = rng.sample(kinds, rng.randrange(4)) + ([{}] if rng.random() < 0.5 else [])
    counts = [rng.randrange(1, 5) for _ in chosen or [0]]
    return policy(
        *(
            rule(n, **(days(count) if rng.random() < 0.5 else {"count": count}), **kind)
            for n, (count, kind) in enumerate(zip(counts, chosen or [{}], strict=True), start=1)
        )
    )


def by_the_book(images, rules):
    """Independent of the module: each image in turn against AWS's sentences; digest -> expired."""
    free = {
        row.digest: row
        for row in images.itertuples()
        if not row.parents and (pd.isna(row.subject) or row.subject not in set(images["digest"]))
    }

    def fits(row, selection):
        if selection["tagStatus"] == "untagged":
            return not row.tags
        prefixes = selection.get("tagPrefixList", [])
        ends = [pattern[1:] for pattern in selection.get("tagPatternList", [])]
        return (
            (selection["tagStatus"] == "any" or bool(row.tags))
            and all(any(tag.startswith(prefix) for tag in row.tags) for prefix in prefixes)
            and all(any(tag.endswith(end) for tag in row.tags) for end in ends)
        )

    gone = set()
    for digest, row in free.items():
        for each in rules["rules"]:
            selection = each["selection"]
            if not fits(row, selection):
                continue
            if selection["countType"] == "sinceImagePushed":
                old = NOW - row.pushed > timedelta(days=selection["countNumber"])
            else:
                newer = [
                    other
                    for other in free.values()
                    if fits(other, selection)
                    and (-other.pushed.value, other.digest) < (-row.pushed.value, digest)
                ]
                old = len(newer) >= selection["countNumber"]
            gone |= {digest} if old else set()
            break
    return gone


@pytest.mark.parametrize("seed", range(40))
def test_any_policy_on_any_repository_goes_by_the_book(seed):
    print(f"seed {seed}")
    rng = random.Random(seed)
    images, rules = random_repository(rng), random_policy(rng)
    found = preview_lifecycle(images, rules, now=NOW)
    assert found["digest"].tolist() == images["digest"].tolist()
    actions = found.set_index("digest")["action"]
    free = images[images["parents"].map(len).eq(0) & ~images["subject"].isin(images["digest"])]
    gone = {digest for digest in free["digest"] if actions[digest] == "expire"}
    assert gone == by_the_book(images, rules)
    assert actions[images.loc[images["parents"].map(len).gt(0), "digest"]].eq("keep").all()
    referrers = images[images["subject"].isin(images["digest"])]
    assert actions[referrers["digest"]].tolist() == actions[referrers["subject"]].tolist()


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_a_listing_does_not_matter(seed):
    print(f"seed {seed}")
    rng = random.Random(seed)
    images, rules = random_repository(rng), random_policy(rng)
    shuffled = images.sample(frac=1, random_state=seed)
    for counted in (False, True):
        found = preview_lifecycle(images, rules, NOW, counted).sort_values("digest")
        again = preview_lifecycle(shuffled, rules, NOW, counted).sort_values("digest")
        pd.testing.assert_frame_equal(found.reset_index(drop=True), again.reset_index(drop=True))
