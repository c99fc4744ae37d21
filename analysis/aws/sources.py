"""A build's context as CodeBuild takes it: a zip in S3, the same bytes for the same files."""

import hashlib
import io
import stat
import zipfile
from pathlib import Path

from analysis.aws.client import Aws, aws_errors
from analysis.errors import CloudError
from analysis.workload import context_files

# the earliest time that a zip can hold: a build does not see it
LONG_AGO = (1980, 1, 1, 0, 0, 0)
UNIX = 3
# what one request removes
OBJECTS = 1000
# BuildKit reads another .dockerignore beside a Dockerfile's name, which we don't
OTHER_IGNORE = "Dockerfile.dockerignore"


def zip_context(folder: Path, name: str) -> bytes:
    """A zip with the files of a context under NAME/: those that a build of it may see.

    Links stay links, files keep what may be done with them, empty folders are in it.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in list_sent(folder):
            add(archive, folder / path, f"{name}/{path.as_posix()}")
    return buffer.getvalue()


def list_sent(folder: Path) -> list[Path]:
    """What of a context is sent, relative to it: what .dockerignore leaves out stays here."""
    found = {path.relative_to(folder) for path in folder.rglob("*")}
    if (folder / OTHER_IGNORE).exists():
        return sorted(path for path in found if not is_full(folder / path))
    kept = {*context_files(folder), Path("Dockerfile"), Path(".dockerignore")}
    links = {path for path in found if (folder / path).is_symlink()}
    empty = {path for path in found if is_empty(folder / path)}
    return sorted(found & (kept | links | empty))


def is_full(path: Path) -> bool:
    """Whether a path is a folder with something in it."""
    return path.is_dir() and not path.is_symlink() and any(path.iterdir())


def is_empty(path: Path) -> bool:
    """Whether a path is a folder with nothing in it."""
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def add(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    """Put one file, link or empty folder into a zip."""
    mode, folder = path.lstat().st_mode, path.is_dir() and not path.is_symlink()
    entry = zipfile.ZipInfo(f"{name}/" if folder else name, LONG_AGO)
    entry.create_system, entry.compress_type = UNIX, zipfile.ZIP_DEFLATED
    entry.external_attr = mode << 16 | (0x10 if folder else 0)
    if stat.S_ISLNK(mode):
        archive.writestr(entry, path.readlink().as_posix())
    else:
        archive.writestr(entry, b"" if folder else path.read_bytes())


def upload(aws: Aws, bucket: str, name: str, data: bytes) -> str:
    """Put a zip into a bucket, known by its content; its location for a build. CloudError."""
    key = f"contexts/{name}.{hashlib.sha256(data).hexdigest()}.zip"
    try:
        with aws_errors(f"uploading a build context to {bucket}"):
            aws.client("s3").put_object(Bucket=bucket, Key=key, Body=data)
    except CloudError as error:
        if error.code == "NoSuchBucket":
            raise type(error)(f"{error} Set SOURCE_BUCKET to one that is there.") from error
        raise
    return f"{bucket}/{key}"


def remove_objects(aws: Aws, bucket: str, prefix: str) -> int:
    """Remove what lies under a prefix of a bucket; how many objects that were. CloudError."""
    keys = [{"Key": key} for key, _ in list_objects(aws, bucket, prefix)]
    for start in range(0, len(keys), OBJECTS):
        with aws_errors(f"emptying {bucket}/{prefix}"):
            answer = aws.client("s3").delete_objects(
                Bucket=bucket, Delete={"Objects": keys[start : start + OBJECTS], "Quiet": True}
            )
        for each in answer.get("Errors", [])[:1]:
            raise CloudError(f"S3 keeps {each['Key']} in {bucket}: {each.get('Message')}.")
    return len(keys)


def list_objects(aws: Aws, bucket: str, prefix: str) -> list[tuple[str, int]]:
    """(key, bytes) of each object under a prefix of a bucket. CloudError."""
    with aws_errors(f"listing {bucket}/{prefix}"):
        pages = aws.client("s3").get_paginator("list_objects_v2")
        return [
            (item["Key"], item["Size"])
            for page in pages.paginate(Bucket=bucket, Prefix=prefix)
            for item in page.get("Contents", [])
        ]
