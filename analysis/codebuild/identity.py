"""Which experiment a folder holds on AWS: its id, which all names there bear, and its holder.

A copy of a folder has the same id, and two that use it would build into one another's
repositories: so experiment.json says, as a digest, in which folder of which machine it was begun.
"""

import hashlib
import platform
import re
import secrets
from pathlib import Path

from analysis import records
from analysis.errors import RecordError

_ID = re.compile(r"[0-9a-f]{8,32}")


def identify(folder: Path) -> dict[str, str]:
    """The id and the holder of the experiment in a folder, new ones where it has none yet.

    RecordError for a folder that was copied or moved, and for what is no id.
    """
    # a letter first: twelve digits would be taken for the number of an account
    name = read_id(folder) or f"e{secrets.token_hex(6)[1:]}"
    return {"id": name, "holder": _describe_holder(folder, name)}


def read_id(folder: Path) -> str:
    """The id of the experiment that a folder holds, "" for none. RecordError as of identify."""
    known, path = records.read_facts(folder), folder / "experiment.json"
    if not path.exists() and any((folder / "builds").glob("*.json")):
        raise RecordError(
            f"{path} is missing, which says which experiment the builds in {folder} are of: put it "
            "back, or remove the folder builds and, by hand, what the experiment has on AWS."
        )
    if "id" not in known:
        return ""
    name = known["id"]
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise RecordError(f"{path}: {name!r} is no id of an experiment: put back what was there.")
    if known.get("holder", "") not in ("", _describe_holder(folder, name)):
        raise RecordError(
            f"{path} was begun in another folder or on another machine, which has the same names "
            'on AWS. If this is a copy, remove "id" from the file: it gets names of its own, and '
            'what is not finished begins anew. If it was moved, remove "holder".'
        )
    return name


def check_region(folder: Path, region: str) -> None:
    """RecordError for a folder that holds builds of another region."""
    known = records.read_facts(folder).get("machine", {}).get("region", region)
    if known != region:
        raise RecordError(
            f"{folder} holds builds of {known}, and AWS_REGION is {region}: set it to {known}, or "
            "choose another folder for new runs."
        )


def _describe_holder(folder: Path, name: str) -> str:
    """A digest of the machine and the folder that an experiment of this id is in."""
    text = f"{name}\0{platform.node()}\0{folder.resolve()}"
    return f"h{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:15]}"
