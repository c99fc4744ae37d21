"""The lab: a network, registries and build hosts of its own on one Docker engine.

    with Lab() as lab:
        host = lab.start_host()

Two registries, as in life: builds push to the private one (ECR's place); base images and BuildKit
come from the public one, so that no layer of theirs can be mounted across. A store with S3's API
where a strategy asks for one; a shaped link before all of them on demand.

A lab leaves nothing behind: leaving the block removes it, and a reaper when this one is killed.
"""

import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from typing import Any, Self

import docker

from analysis.errors import ImageError
from analysis.lab import engine
from analysis.lab.background import Background
from analysis.lab.boot import start_host
from analysis.lab.disposal import Disposal
from analysis.lab.ecr import Ecr
from analysis.lab.engine import FULL, LABEL, engine_errors
from analysis.lab.folder import make_lab_folder, remove_lab_folders
from analysis.lab.host import BuildHost, HostKind, pack_files
from analysis.lab.images import NEWEST_TAG, Images
from analysis.lab.reaper import end_reaper, start_reaper
from analysis.lab.servers import (
    LabNetwork,
    Server,
    find_nameservers,
    start_link,
    start_proxy,
    start_registry,
    start_store,
)
from analysis.lab.store import Store
from analysis.records import lock_folder
from analysis.registry import fetch_manifest, list_repository
from analysis.workload import Link

STORAGE = "/var/lib/registry/docker/registry/v2/repositories"
# what a bare `docker buildx create` starts
BUILDKIT_REPOSITORY, BUILDKIT_TAG = "moby/buildkit", "buildx-stable-1"
# images that not every lab needs, by the names of Images
NEWEST, STORE, LINK = _OPTIONAL = ("newest", "store", "link")
# among the servers: the proxy that the steps of builds fetch through
PROXY = "proxy"
# a registry that pulls through from the public one, where a strategy asks for it
THROUGH = "through"
# how the lab builds; what an older one recorded says less, or nothing (1). 2: every host starts
# with the classic store, and RUN steps fetch over the link
VERSION = 2
_CURE = " For an engine that `make lab` made: make lab WITH={}."
_CURES = dict.fromkeys(_OPTIONAL, _CURE) | {LINK: f"{_CURE} With LINK=unshaped it is not needed."}
# labs of this process, of which only one builds at a time
_MINE: set[str] = set()


class Lab:
    """A lab that is up between `with` and the end of its block.

    `needs`: those of NEWEST, STORE and THROUGH that builds will ask for; `say` hears of what takes
    long.
    """

    def __init__(
        self,
        images: Images | None = None,
        link: Link | None = None,
        needs: Collection[str] = (),
        say: Callable[[str], object] = str,
    ) -> None:
        self.images = images or Images.from_environment()
        self.link, self.say = link or Link(), say
        self.needs = {*needs, LINK} if self.link.toxics else set(needs)
        self.store: Store | None = None
        self.id = uuid.uuid4().hex[:12]
        _MINE.add(self.id)
        self.network_name = f"{LABEL}-{self.id}"
        self.background, self.disposal = Background(), Disposal()
        self._told: set[str] = set()
        self.servers: dict[str, Server] = {}

    def __enter__(self) -> Self:
        self.client = engine.connect()
        engine.check_space(self.client)
        self.host_memory = engine.host_memory(self.client)
        self.machine = engine.name_machine(self.client)
        for name in (field.name for field in fields(self.images)):
            if name not in _OPTIONAL or name in self.needs:
                setting = f"{name.upper()}_IMAGE"
                image, cure = getattr(self.images, name), _CURES.get(name, "").format(name)
                engine.ensure_image(self.client, image, setting, self.say, cure)
        self.say("starting the lab")
        self.folder = make_lab_folder(self.id)
        self.reaper = start_reaper(self.id, self.folder)
        self._held = ExitStack()
        try:
            self._held.enter_context(lock_folder(self.folder))
            self.tell_others()
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.background.close()
        self._held.close()
        try:
            with engine_errors("removing the lab"):
                engine.clean_up(self.client, self.id)
        finally:
            # it cleans up once more, and does what could not be done here
            end_reaper(self.reaper)
            self.client.close()

    def _start(self) -> None:
        with engine_errors("setting up the lab's network and servers"):
            self.nameservers = find_nameservers(self.client, self.images.host, self.id)
            self.network = self.client.networks.create(
                self.network_name, driver="bridge", labels=engine.describe_owner(self.id)
            )
            self._start_servers(LabNetwork(self.client, self.network_name, self.id))
        self.serve(self.images.buildkit, BUILDKIT_REPOSITORY, BUILDKIT_TAG)
        if NEWEST in self.needs:
            self.serve(self.images.newest, BUILDKIT_REPOSITORY, NEWEST_TAG)

    def _start_servers(self, network: LabNetwork) -> None:
        servers = {
            name: start_registry(network, self.images.registry) for name in ("private", "public")
        }
        if THROUGH in self.needs:
            public = servers["public"].address
            servers[THROUGH] = start_registry(network, self.images.registry, public)
        if STORE in self.needs:
            servers[STORE], self.store = start_store(network, self.images.store)
        self.servers = dict(servers)
        if LINK in self.needs:
            self._start_proxy(network, servers)
            self.servers[LINK], servers = start_link(network, self.images.link, self.link, servers)
        self.private, self.public = servers["private"], servers["public"]
        self.proxy = servers[PROXY].address if PROXY in servers else None
        self.through = servers[THROUGH].address if THROUGH in servers else ""
        if self.store:
            self.store = replace(self.store, address=servers[STORE].address)

    def _start_proxy(self, network: LabNetwork, servers: dict[str, Server]) -> None:
        """Let what steps of builds fetch pass the link too, if the base image can run a proxy."""
        proxy = start_proxy(network, self.images.base)
        if proxy:
            self.servers[PROXY] = servers[PROXY] = proxy
        else:
            self.say(
                f"{self.images.base} (BASE_IMAGE) has no python3 for a proxy: what RUN steps fetch "
                "does not pass the link"
            )

    @property
    def run_fetches(self) -> str:
        """What the steps of builds fetch through: "link", or "direct"."""
        return "link" if PROXY in self.servers else "direct"

    def serve(self, image: str, repository: str, tag: str) -> str:
        """Push one of the engine's images into the public registry; its name for a build."""
        self.say(f"copying {image} into the lab's registry")
        local = f"127.0.0.1:{self.public.port}/{repository}"
        with engine_errors(f"copying {image} into the lab's registry"):
            self.client.images.get(image).tag(local, tag)
            try:
                for line in self.client.images.push(local, tag, stream=True, decode=True):
                    if "error" in line and (
                        FULL in line["error"] or FULL.encode() in self.public.read_log()
                    ):
                        raise OSError(FULL)
                    if "error" in line:
                        raise ImageError(
                            f"{image} can't be pushed into the lab's registry: {line['error']}."
                        )
            finally:
                # only the name the lab gave it: the user's image stays, the lab's own goes
                self.client.images.remove(f"{local}:{tag}", noprune=True)
        return f"{self.public.address}/{repository}:{tag}"

    def derive_base(self, image: str) -> str:
        """A newer version of a base image: the same with one more file; its id on the engine.

        Every layer but the last is shared, as between two builds of a
        base image that differ in a late step.
        """
        with engine_errors(f"making a newer version of {image}"):
            container = self.client.containers.create(image, ["true"], labels={LABEL: self.id})
            try:
                container.put_archive("/", pack_files({"etc/base-version": "2\n"}))
                return str(container.commit(changes=f"LABEL {LABEL}={self.id}").id)
            finally:
                container.remove(v=True)

    def serve_base(self, image: str, tag: str) -> str:
        """Copy a base image into the public registry; its name for a FROM. ImageError."""
        engine.ensure_image(self.client, image, "BASE_IMAGE", self.say)
        return self.serve(image, repository_of(image), tag)

    def serve_newer(self, image: str, tag: str) -> str:
        """Copy a newer version of a base image into the public registry; its name for a FROM."""
        return self.serve(self.derive_base(image), repository_of(image), tag)

    def describe_machine(self) -> dict[str, str | int]:
        """cpus, memory (bytes), architecture and kernel of the machine the engine runs on."""
        with engine_errors("asking what machine the lab is on"):
            info = self.client.info()
        names = {"cpus": "NCPU", "memory": "MemTotal", "architecture": "Architecture"}
        return {name: info[key] for name, key in names.items()} | {"kernel": info["KernelVersion"]}

    def start_host(self, kind: HostKind = HostKind.PLAIN, aws: Ecr | None = None) -> BuildHost:
        """A fresh build host on the lab's network, with the AWS of its builds if they have one."""
        return start_host(
            self.client,
            self.images.host,
            self.network_name,
            self.id,
            list(filter(None, [self.private.address, self.through, self.public.address])),
            self.nameservers,
            kind,
            self.host_memory,
            self.proxy,
            aws,
        )

    def discard(self, host: BuildHost) -> None:
        """Let a host be removed in the background, which may take until after the next build."""
        self.background.start(self.disposal.add, host)

    def collect(self) -> None:
        """Remove, in the background, the discarded hosts that hold nothing any more."""
        self.background.start(self.disposal.collect)
        self.background.start(self.tell_others)

    def tell_others(self) -> None:
        """Say of each lab of another process on the engine, once, whose it is."""
        with engine_errors("looking for other labs"):
            others = engine.list_labs(self.client)
        for lab in sorted(others.keys() - self._told - _MINE):
            self._told.add(lab)
            self.say(
                f"another lab is on this engine ({others[lab]}): while both build, each takes "
                "longer. If that one has ended, `codebuild-cache cleanup` removes it."
            )

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """A block in which a build can be timed: nothing else goes on, and none can begin."""
        with self.background.quiet(), self.disposal.paused():
            yield

    def list_images(self, repository: str) -> dict[str, Any]:
        """{"imageDetails", "manifests"} of a repository, untagged and superseded ones included.

        Read from the registry's storage: its HTTP API cannot list untagged manifests.
        """
        path = f"{STORAGE}/{repository}/_manifests"
        try:
            chunks, _ = self.private.container.get_archive(path)
            tar = b"".join(chunks)
        except docker.errors.NotFound:
            return {"imageDetails": [], "manifests": {}}
        address = f"http://127.0.0.1:{self.private.port}"
        return list_repository(tar, lambda digest: fetch_manifest(address, repository, digest))


def repository_of(image: str) -> str:
    """An image's name without registry, tag and digest."""
    name = image.partition("@")[0]
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        name = rest
    return name.rpartition(":")[0] or name


def down() -> int:
    """Remove everything any lab left on the engine, and on this machine; how many things."""
    removed = remove_lab_folders()
    return removed + engine.clean_up(engine.connect())
