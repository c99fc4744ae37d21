"""A context as a zip: what a build may see, the same bytes each time."""

import io
import os
import subprocess
import tempfile
import zipfile

import pytest

from analysis.codebuild.contexts import upload_contexts, zip_context
from analysis.errors import RecordError
from analysis.experiment import Settings


def make_context(folder):
    for name, text in {
        "Dockerfile": "FROM a:1\nCOPY . .\n",
        ".dockerignore": "secret\nnode_modules\n",
        "app/main.py": "1",
        "app/run.sh": "#!/bin/sh\n",
        "secret": "key",
        "node_modules/big.js": "x" * 1000,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "app/run.sh").chmod(0o755)
    (folder / "app/link").symlink_to("main.py")
    (folder / "empty").mkdir()
    return folder


def names(data):
    return zipfile.ZipFile(io.BytesIO(data)).namelist()


def test_what_dockerignore_leaves_out_is_not_sent(tmp_path):
    assert names(zip_context(make_context(tmp_path / "a"), "deploy")) == [
        "deploy/.dockerignore",
        "deploy/Dockerfile",
        "deploy/app/link",
        "deploy/app/main.py",
        "deploy/app/run.sh",
        "deploy/empty/",
    ]


def test_the_dockerfile_is_sent_where_dockerignore_leaves_it_out_and_all_where_another_rules(
    tmp_path,
):
    folder = make_context(tmp_path)
    (folder / ".dockerignore").write_text("*\n!app\n")
    assert "deploy/Dockerfile" in names(zip_context(folder, "deploy"))
    (folder / "Dockerfile.dockerignore").write_text("app\n")
    assert "deploy/secret" in names(zip_context(folder, "deploy"))
    assert "deploy/app/" not in names(zip_context(folder, "deploy"))


def test_the_same_files_give_the_same_bytes_and_others_other_ones(tmp_path):
    first, second = (make_context(tmp_path / name) for name in "ab")
    os.utime(second / "app/main.py", (1, 1))
    assert zip_context(first, "deploy") == zip_context(second, "deploy")
    (second / "app/main.py").write_text("2")
    assert zip_context(first, "deploy") != zip_context(second, "deploy")


def test_unzip_gives_back_links_and_what_may_be_run(tmp_path):
    data = zip_context(make_context(tmp_path / "a"), "deploy")
    (tmp_path / "a.zip").write_bytes(data)
    command = ["unzip", "-q", "a.zip", "-d", "out"]
    try:
        subprocess.run(command, cwd=tmp_path, check=True)
    except FileNotFoundError:
        pytest.skip("there is no unzip on this machine")
    out = tmp_path / "out" / "deploy"
    assert os.access(out / "app/run.sh", os.X_OK)
    assert not os.access(out / "app/main.py", os.X_OK)
    assert (out / "app/link").readlink().as_posix() == "main.py"
    assert (out / "empty").is_dir()


def test_a_copy_that_does_not_fit_on_the_disk_is_told_before_anything_is_sent(
    small_disk, tmp_path, monkeypatch
):
    settings = Settings(context=make_context(tmp_path / "app"))
    (tmp_path / "app/data").write_bytes(100_000 * b"x")
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    with pytest.raises(RecordError, match="is full .*TMPDIR"):
        upload_contexts(None, "bucket", "e1", ["cold"], settings, {})
    assert list(small_disk.iterdir()) == []
