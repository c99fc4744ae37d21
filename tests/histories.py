"""Logs of builds as a project's history has them, at times that a test chooses."""

from datetime import UTC, datetime, timedelta

from measured import show_build, write_log

FIRST = datetime(2026, 9, 7, 8, tzinfo=UTC)
LAYERS = ("RUN install", "COPY app")
MANIFEST = ("inferred cache manifest type: application/vnd.oci.image.manifest.v1+json done",)
IMPORTED = (("importing cache manifest from r:c", MANIFEST, "DONE 0.3s"),)


def build_log(begin=FIRST, cached=(), layers=None, seconds=15.0, command="docker build .", more=()):
    """The text of a build's log that begins then."""
    return write_log((command, seconds, show_build(layers, cached=cached, more=more)), begin=begin)


def after(minutes):
    """So many minutes after FIRST."""
    return FIRST + timedelta(minutes=minutes)


def write_folder(folder, *logs):
    """A folder with these texts as NN.log."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(logs):
        (folder / f"{number:02d}.log").write_text(text)
    return folder
