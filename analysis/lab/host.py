"""A build host: one privileged container with an engine of its own, as each CodeBuild build gets.

Reached through the engine's API only, so it works the same where the engine runs in a VM.
"""

import contextlib
import io
import json
import tarfile
import threading
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path

import docker
from docker.models.containers import Container

from analysis.errors import EngineError, HostError, LabError
from analysis.lab.engine import engine_errors
from analysis.lab.output import follow_output

SOURCE = "/codebuild/output/src"
READ_SECONDS = 300
# where its engine keeps images, containers and build cache
DATA = "/var/lib/docker"
_SERVER_PORT = 9876
# the containers first: what is mounted in them is no file of the host's
_CLEAR = f"docker rm -f $(docker ps -aq); rm -rf {DATA}/*"
# of the packets to a server's engine, those of one client are let through; the host that had been
# its client loses that
_ADMIT = """\
set -e
for tables in iptables iptables-legacy; do $tables -L INPUT >/dev/null 2>&1 && break; done
$tables -N SERVER 2>/dev/null || $tables -F SERVER
$tables -A SERVER --source {client} -j RETURN
$tables -A SERVER -j DROP
rule="INPUT --protocol tcp --dport {port} -j SERVER"
$tables -C $rule 2>/dev/null || $tables -I $rule
"""
# what the engine answers when a container is gone, and when it no longer runs
_GONE = (404, 409)


class HostKind(Enum):
    """Options of a host's engine: with the store that CodeBuild forces, with that of Docker 29, and

    one that other hosts reach on the lab's network, as CodeBuild's Docker server.
    """

    PLAIN = ("--storage-driver=overlay2",)
    CONTAINERD = ("--feature=containerd-snapshotter=true",)
    SERVER = (*PLAIN, f"--host=tcp://0.0.0.0:{_SERVER_PORT}", "--tls=false")


class BuildHost:
    """A started build host; `seconds` is what it took until its engine answered.

    `settings` are variables of every command that runs in it; `in_memory`: what its engine holds
    is on no disk, and goes with the container at once.
    """

    def __init__(self, container: Container, seconds: float, in_memory: bool = False) -> None:
        self.container, self.seconds, self.in_memory = container, seconds, in_memory
        self.settings: dict[str, str] = {}
        self.clearing: str | None = None

    @property
    def _api(self) -> docker.APIClient:
        client = self.container.client
        assert client is not None, "a client made the container"
        return client.api

    def use_server(self, server: "BuildHost") -> None:
        """Let this host's Docker commands go to the engine of another, and nobody else's.

        Whoever reaches a server's engine has its privileged host: the steps of builds must not.
        """
        server.read(_ADMIT.format(port=_SERVER_PORT, client=self.address))
        self.settings = {"DOCKER_HOST": f"tcp://{server.address}:{_SERVER_PORT}"}

    @property
    def address(self) -> str:
        """Its address on the lab's network."""
        with engine_errors("finding a build host's address"):
            self.container.reload()
        (network,) = self.container.attrs["NetworkSettings"]["Networks"].values()
        return str(network["IPAddress"])

    def execute(
        self,
        script: str,
        env: Mapping[str, str],
        write: Callable[[bytes], object],
        timeout: float | None = None,
    ) -> int:
        """Run `script` with sh, its output as it comes to `write`; the exit code.

        TimeoutError after `timeout` seconds; the host is stopped then, as nothing else ends
        what a command may have left running in it.
        """
        api = self._api
        command = ["sh", "-c", "exec 2>&1\n" + script]
        code, late = None, threading.Event()
        timer = threading.Timer(timeout, self._stop_late, [late]) if timeout else None
        with _host_errors(), engine_errors("running a command in a build host"):
            started = api.exec_create(
                self.container.id, command, environment={**self.settings, **env}, workdir=SOURCE
            )["Id"]
            if timer:
                timer.start()
            try:
                for chunk in follow_output(api, started):
                    write(chunk)
                code = api.exec_inspect(started)["ExitCode"]
            except (docker.errors.APIError, OSError):
                # a host that was just stopped no longer answers
                if not late.is_set():
                    raise
            finally:
                if timer:
                    timer.cancel()
        if late.is_set():
            raise TimeoutError(f"stopped after its time limit of {timeout:.0f} s")
        if code is None:
            raise HostError("The build host died while a command ran in it; see its engine's log.")
        return code

    def _stop_late(self, late: threading.Event) -> None:
        late.set()
        with contextlib.suppress(docker.errors.APIError):
            self.container.kill()

    def read(self, script: str) -> str:
        """What `script` prints; HostError when it fails."""
        output: list[bytes] = []
        try:
            code = self.execute(script, {}, output.append, timeout=READ_SECONDS)
        except TimeoutError as error:
            raise HostError(
                f"A build host did not answer in {READ_SECONDS} s to: {script}"
            ) from error
        text = b"".join(output).decode("utf-8", "replace")
        if code:
            raise HostError(f"A build host answered {text.strip()[-300:]!r} to: {script}")
        return text

    def read_all(self, commands: Sequence[str]) -> list[str | None]:
        """What each of some commands says, run side by side; null where one fails. HostError."""
        mark, lines = uuid.uuid4().hex, ["d=$(mktemp -d)"]
        for number, command in enumerate(commands):
            lines.append(f"{{ {command}\n}} >$d/{number} 2>&1 || rm $d/{number} &")
        lines.append("wait")
        for number in range(len(commands)):
            lines.append(f"cat $d/{number} 2>/dev/null || printf %s {mark}-failed\necho {mark}")
        parts = self.read("\n".join([*lines, "rm -r $d"])).split(f"{mark}\n")
        return [None if part == f"{mark}-failed" else part for part in parts[: len(commands)]]

    def is_empty(self) -> bool:
        """Whether its engine holds no image, container, volume or build cache."""
        lines = self.read("docker system df --format '{{json .}}'").splitlines()
        return all(int(json.loads(line)["TotalCount"]) == 0 for line in lines)

    def read_free(self) -> float | None:
        """GB free on the engine's disk, where a host's own files lie; null if it does not say."""
        with contextlib.suppress(LabError, ValueError, IndexError):
            return int(self.read("df -Pk /").splitlines()[-1].split()[3]) * 1024 / 1e9
        return None

    def is_running(self) -> bool:
        """Whether the host is still there to be used."""
        with engine_errors("looking after a build host"):
            found = self._api.containers(filters={"id": self.container.id})
        return bool(found)

    def put(
        self, source: Path, name: str, fresh: bool = False, left_out: Collection[str] = ()
    ) -> None:
        """Put a copy of the folder `source` at SOURCE/name, in place of what a used host had.

        Without the files and folders of some names, wherever they are.
        """

        def choose(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
            return None if Path(entry.name).name in left_out else entry

        if not fresh:
            self.read(f"rm -rf {SOURCE}/{name}")
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            tar.add(source, arcname=name, filter=choose)
        with engine_errors("copying the build context into a build host"):
            self.container.put_archive(SOURCE, buffer.getvalue())

    def put_files(self, texts: Mapping[str, str], mode: int = 0o644) -> None:
        """Write small text files by their paths, in folders that are made when absent."""
        with engine_errors("preparing a build host"):
            self.container.put_archive("/", pack_files(texts, mode))

    def begin_clearing(self) -> None:
        """Begin to delete what its engine holds, which goes on by itself.

        The outer engine would delete it with the host's volume, and while it does that it starts
        no other container with a volume. What is in memory takes no time to go.
        """
        if self.in_memory:
            return
        api = self._api
        with contextlib.suppress(docker.errors.APIError):
            self.clearing = api.exec_create(self.container.id, ["sh", "-c", _CLEAR])["Id"]
            api.exec_start(self.clearing, detach=True)

    def is_cleared(self) -> bool:
        """Whether nothing is left to be deleted, or nothing goes on that would delete it."""
        try:
            api = self._api
            return self.clearing is None or not api.exec_inspect(self.clearing)["Running"]
        except docker.errors.APIError:
            return True

    def pause(self) -> None:
        """Freeze all that goes on in the host, if it is there."""
        with contextlib.suppress(docker.errors.APIError):
            self.container.pause()

    def resume(self) -> None:
        """Let a frozen host go on."""
        with contextlib.suppress(docker.errors.APIError):
            self.container.unpause()

    def remove(self) -> None:
        """Remove the host with all that it held; no error if it is gone."""
        with contextlib.suppress(docker.errors.APIError):
            self.container.remove(force=True, v=True)


@contextlib.contextmanager
def _host_errors() -> Iterator[None]:
    """Turn the engine's word that a host is gone into a HostError: other hosts are not."""
    try:
        yield
    except EngineError as error:
        cause = error.__cause__
        if isinstance(cause, docker.errors.APIError) and cause.status_code in _GONE:
            raise HostError("A build host died before its build was done; run it again.") from cause
        raise


def pack_files(texts: Mapping[str, str], mode: int = 0o644) -> bytes:
    """A tar with text files by their paths."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, text in texts.items():
            data = text.encode()
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size, entry.mode = len(data), mode
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
