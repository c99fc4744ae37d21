"""Each part of a history's page is made whatever is missing: logs, times, phases, manifests."""

import random

import pytest
from histories import lose_values, mix_folder
from repository import Repository

from analysis import charts, measures, prose, read_history
from analysis.aws import Preview
from analysis.errors import SourceError
from analysis.measures import past
from analysis.registry import read_images

POLICY = """{"rules": [{"rulePriority": 1, "action": {"type": "expire"}, "selection": {
    "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 2}}]}"""


def say_page(history):
    """All that the page says."""
    return [
        *prose.say_history(history),
        *prose.say_minutes(measures.phase_minutes(history)),
        *prose.say_cache_seen(measures.cache_seen(history)),
        *prose.say_gaps(measures.hits_over_gap(history)),
        *prose.say_trend(history),
        *prose.say_missing(measures.missing_steps(history)),
    ]


def draw_page(history):
    """All that the page draws, and its tables."""
    trend, missing = measures.trend(history), measures.missing_steps(history)
    figures = [
        charts.phase_bars(measures.phase_minutes(history)),
        charts.history_spent(measures.history_overheads(history)),
        charts.history_spent(measures.history_busy(history), busy=True),
        charts.trend_lines(trend, measure="seconds"),
        charts.trend_lines(trend, measure="rate"),
        charts.missing_bars(missing),
        charts.gap_points(measures.hits_over_gap(history)),
    ]
    for axes in figures:
        assert charts.show(axes).data
    tables = measures.cache_seen(history), missing, measures.sum_problems(history)
    assert all(charts.table(frame).data for frame in tables)


def mix(rng, folder):
    """The history of a mixed folder; null where nothing in it is a build, which is told."""
    try:
        return read_history(mix_folder(rng, folder))
    except SourceError as error:
        assert "has no builds" in str(error)
        return None


@pytest.mark.parametrize("seed", range(5))
def test_any_mixture_has_its_sentences(tmp_path, seed):
    print(f"seed {seed}")
    rng = random.Random(seed)
    if history := mix(rng, tmp_path):
        for each in (history, lose_values(rng, history)):
            said = say_page(each)
            assert all(said) and "nan" not in " ".join(said).replace("nana", "")
            assert len(past.host_caches(each)) <= len(each.builds)
            assert len(past.history_hits(each)) <= len(each.builds)


@pytest.mark.parametrize("seed", range(100, 102))
def test_any_mixture_has_its_charts(tmp_path, seed):
    print(f"seed {seed}")
    rng = random.Random(seed)
    if history := mix(rng, tmp_path):
        draw_page(lose_values(rng, history))


@pytest.mark.parametrize("seed", range(5))
def test_any_listing_has_its_preview(seed):
    print(f"seed {seed}")
    rng = random.Random(seed)
    repository = Repository()
    for number in range(rng.randrange(5)):
        rng.choice([repository.build, repository.image, repository.cache])(number, f"t{number % 2}")
    details = [
        {key: value for key, value in item.items() if rng.random() < 0.7}
        for item in repository.image_details
    ]
    texts = {d: text for d, text in repository.manifests.items() if rng.random() < 0.5}
    images = read_images(details, texts)
    acted = images[["digest"]].assign(action="expire", rule=1)
    preview = Preview("app", POLICY, images, acted[acted["digest"].notna()].head(3))
    table = measures.compare_previews(preview)
    assert len(table) == len(images)
    assert all(prose.say_previews(preview, table))
    assert charts.table(measures.differing(table)).data
