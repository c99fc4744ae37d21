"""An AWS for the builds of one sequence: a registry under the names of ECR, over TLS with an

authority of its own, and a server that answers the AWS CLI and looks names up. Real endpoints are
out of its hosts' reach under these names.
"""

import importlib.util
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from analysis.errors import ImageError, LabError
from analysis.lab import aws_calls, aws_ecr, aws_serve
from analysis.lab.aws_ecr import ROOT
from analysis.lab.aws_names import AwsNames
from analysis.lab.host import pack_files
from analysis.lab.images import Images
from analysis.lab.servers import LabNetwork, Server, start_link, wait_for
from analysis.registry import list_repository
from analysis.workload import Link

# what a host trusts, and where the certificate of a server is
AUTHORITY, _CERTIFICATE, _KEY = "/opt/lab/ca.pem", "/opt/lab/cert.pem", "/opt/lab/key.pem"
_PORT, _PROGRAMS = 443, "/opt/lab"
# among the servers of a sequence's own
ECR, AWS, ECR_LINK = "ecr", "aws", "ecr link"
_END = "-----END"
# https://docs.openssl.org/: an authority for some days, and a certificate of some names by it
_MAKE = """\
set -e
cd "$(mktemp -d)"
new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
openssl req -x509 $new -days 30 -subj "/CN=codebuild-cache lab" -keyout ca.key -out ca.pem
openssl req $new -subj "/CN=codebuild-cache lab registry" -keyout key.pem -out request.pem
printf 'subjectAltName=%s\\nextendedKeyUsage=serverAuth\\n' "$NAMES" >names
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 \\
  -extfile names -out cert.pem
exec >&3
for file in ca.pem cert.pem key.pem; do cat $file; echo "# end"; done
"""
# the AWS CLI's place: what it is asked goes to the lab's AWS
_COMMAND = r"""#!/bin/sh
# Stands for the AWS CLI: the lab's AWS answers.
list() {
  for name in AWS_REGION AWS_DEFAULT_REGION AWS_DEFAULT_OUTPUT LAB_AWS_SKIP; do
    eval "printf '%s=%s\\0' $name \"\$$name\""
  done
  printf '\0'
  for word; do
    case $word in file://*) word=$(cat "${word#file://}") || return ;; esac
    printf '%s\0' "$word"
  done
}
asked=$(list "$@" | base64 | tr -d '\n')
said=$(printf '%s\n' "$asked" |
  openssl s_client -quiet -CAfile @AUTHORITY@ -connect @ADDRESS@ 2>/dev/null)
code=$(printf '%s\n' "$said" | head -n 1)
text=$(printf '%s\n' "$said" | tail -n +2)
if [ "$code" = 0 ]; then
  [ -z "$text" ] || printf '%s\n' "$text"
else
  printf '%s\n' "${text:-The AWS of the lab does not answer.}" >&2
fi
exit "${code:-255}"
"""


@dataclass(frozen=True)
class _Certificates:
    """An authority's certificate, and a server's with its key, as PEM."""

    authority: str
    certificate: str
    key: str


@dataclass(frozen=True)
class Ecr:
    """The AWS of one sequence of builds: its names, and the containers behind them."""

    names: AwsNames
    authority: str
    registry: Server
    aws: Server
    gate: Server | None

    @property
    def servers(self) -> dict[str, Server]:
        """The servers behind it, by what they are."""
        known = {ECR: self.registry, AWS: self.aws, ECR_LINK: self.gate}
        return {name: server for name, server in known.items() if server}

    @property
    def nameserver(self) -> str:
        """The address of the server that looks names up."""
        return self.aws.address.partition(":")[0]

    @property
    def command(self) -> str:
        """The program `aws` of a host."""
        text = _COMMAND.replace("@AUTHORITY@", AUTHORITY)
        return text.replace("@ADDRESS@", self.aws.address)

    @property
    def toml(self) -> str:
        """What builders are told of the registry's names: whom to trust."""
        return "".join(f'[registry."{n}"]\n  ca = ["{AUTHORITY}"]\n' for n in self.names.hosts)

    def close(self) -> None:
        """Remove the containers with what they hold."""
        for server in filter(None, (self.aws, self.gate, self.registry)):
            try:
                server.container.remove(force=True, v=True)
            except docker.errors.APIError:
                # the lab's own end removes it
                continue

    def list_images(self) -> dict[str, Any]:
        """{"imageDetails", "manifests"} of all its repositories, as of Lab.list_images."""
        found: dict[str, Any] = {"imageDetails": [], "manifests": {}}
        tree = _read_tar(self.registry, f"{ROOT}/repositories")
        if tree is None:
            return found
        for name, tar in _split_repositories(tree).items():
            listing = list_repository(tar, self._read_manifest)
            own = [{"repositoryName": name} | each for each in listing["imageDetails"]]
            found["imageDetails"] += own
            found["manifests"] |= listing["manifests"]
        return found

    def _read_manifest(self, digest: str) -> str | bytes:
        """The text of a manifest from the registry's storage."""
        value = digest.partition(":")[2]
        tar = _read_tar(self.registry, f"{ROOT}/blobs/sha256/{value[:2]}/{value}/data")
        if tar is None:
            return ""
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            file = archive.extractfile(archive.getmembers()[0])
            return file.read() if file else ""


def _read_tar(server: Server, path: str) -> bytes | None:
    """A folder or file of a container as a tar; null where it is absent."""
    try:
        return b"".join(server.container.get_archive(path)[0])
    except docker.errors.NotFound:
        return None


def _split_repositories(tree: bytes) -> dict[str, bytes]:
    """Repository -> a tar of its `_manifests`, as list_repository takes it."""
    mark, found = "/_manifests/", dict[str, list[tuple[tarfile.TarInfo, bytes]]]()
    with tarfile.open(fileobj=io.BytesIO(tree)) as archive:
        for entry in archive:
            before, sign, after = entry.name.partition(mark)
            if sign and (file := archive.extractfile(entry)) is not None:
                entry.name = f"_manifests/{after}"
                found.setdefault(before.partition("/")[2], []).append((entry, file.read()))
    return {name: _pack(entries) for name, entries in found.items()}


def _pack(entries: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """A tar of some entries."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for entry, data in entries:
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def start_ecr(network: LabNetwork, images: Images, link: Link, names: AwsNames) -> Ecr:
    """An AWS whose registry is empty; LabError where an image lacks what it takes."""
    made = _make_certificates(network, images.host, names)
    files = {_CERTIFICATE: made.certificate, _KEY: made.key}
    settings = {
        "REGISTRY_HTTP_ADDR": f":{_PORT}",
        "REGISTRY_HTTP_TLS_CERTIFICATE": _CERTIFICATE,
        "REGISTRY_HTTP_TLS_KEY": _KEY,
    }
    registry = network.start(images.registry, _PORT, settings=settings, files=pack_files(files))
    wait_for(registry, "/v2/", "registry of ECR's names", "REGISTRY_IMAGE", secure=True)
    gate, seen = None, registry
    if link.toxics:
        gate, shaped = start_link(network, images.link, link, {"ecr": registry})
        seen = shaped["ecr"]
    settings = {
        "PYTHONPATH": _PROGRAMS,
        "REGISTRY": registry.address,
        "ADDRESS": seen.address.partition(":")[0],
        "ACCOUNT": names.account,
        "REGION": names.region,
    }
    command = ["python3", "-m", aws_serve.__name__]
    packed = pack_files(files | _programs())
    aws = network.start(images.base, aws_serve.CALL_PORT, command, settings, packed, registry)
    wait_for(aws, "", "AWS, which python3 runs", "BASE_IMAGE", while_running=True, secure=True)
    return Ecr(names, made.authority, registry, aws, gate)


def _programs() -> dict[str, str]:
    """Path -> content of what the AWS runs: our modules, and jmespath for --query."""
    modules = (aws_calls, aws_ecr, aws_serve)
    paths = {f"{each.__name__.replace('.', '/')}.py": Path(str(each.__file__)) for each in modules}
    found = importlib.util.find_spec("jmespath")
    folder = Path(str(found.origin)).parent if found else None
    paths |= {f"jmespath/{path.name}": path for path in folder.glob("*.py")} if folder else {}
    texts = {f"{_PROGRAMS}/{name}": path.read_text("utf-8") for name, path in paths.items()}
    return texts | {f"{_PROGRAMS}/analysis/{name}__init__.py": "" for name in ("", "lab/")}


def _make_certificates(network: LabNetwork, image: str, names: AwsNames) -> _Certificates:
    """_Certificates for some names, made by openssl in a host's image; LabError without one."""
    settings = {"NAMES": ",".join(f"DNS:{name}" for name in names.hosts)}
    script = f"exec 3>&1 >/dev/null 2>&1\n{_MAKE}"
    try:
        said = network.client.containers.run(
            image,
            ["-c", script],
            entrypoint=["sh"],
            environment=settings,
            network_mode="none",
            labels=network.labels,
            remove=True,
        )
    except docker.errors.ContainerError as error:
        raise ImageError(
            f"The build host's image ({image}) has no openssl to make certificates with: {error}. "
            "Check HOST_IMAGE."
        ) from error
    parts = [part.strip() + "\n" for part in said.decode().split("# end")][:3]
    if len(parts) < 3 or not all(_END in part for part in parts):
        raise LabError(f"openssl in {image} made no certificates: check HOST_IMAGE.")
    return _Certificates(*parts)
