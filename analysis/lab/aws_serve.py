"""Stands for AWS on the network of a lab: names of ECR lead to the lab's registry, and what the

AWS CLI asks is answered. The lab runs it with python3 in a container of the base image, beside the
modules it imports; none of them imports anything else of ours. DNS: RFC 1035.
"""

import asyncio
import base64
import ipaddress
import os
import re
import ssl
import struct
from contextlib import suppress
from typing import Any

from analysis.lab.aws_calls import Call, answer
from analysis.lab.aws_ecr import Repositories

_DNS_PORT, CALL_PORT = 53, 8443
_HOST = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?")
_A, _IN, _HEAD, _SECONDS = 1, 1, 12, 3.0
# the most that an image's manifest takes, as base64
_LIMIT = 8 << 20


def _read_name(query: bytes) -> tuple[str, int, int]:
    """(the name that a DNS query asks for, its type, where the question ends)."""
    labels, at = [], _HEAD
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode("latin-1"))
        at += length + 1
    (kind,) = struct.unpack_from("!H", query, at + 1)
    return ".".join(labels).lower(), kind, at + 5


def answer_name(query: bytes, address: str) -> bytes | None:
    """The answer to a query for a name of ECR: one address; null for any other name."""
    name, kind, end = _read_name(query)
    if not _HOST.fullmatch(name):
        return None
    count = 1 if kind == _A else 0
    # an answer, with recursion, without error
    head = query[:2] + struct.pack("!HHHHH", 0x8180, 1, count, 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, _A, _IN, 60, 4) + ipaddress.ip_address(address).packed
    return head + query[_HEAD:end] + record * count


class _Names(asyncio.DatagramProtocol):
    """A DNS server that asks the container's own one for all names but ECR's."""

    def __init__(self, address: str, upstream: str | None) -> None:
        self.address, self.upstream = address, upstream
        self.tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: Any) -> None:
        """Keep what answers go through."""
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a query, beside others."""
        task = asyncio.ensure_future(self.reply(data, addr))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def reply(self, query: bytes, client: tuple[str, int]) -> None:
        """Answer a query; one that can't be read is left alone."""
        with suppress(IndexError, struct.error):
            found = answer_name(query, self.address) or await self.ask(query)
            # 2: no server knows
            found = found or query[:2] + struct.pack("!H", 0x8182) + query[4:]
            self.transport.sendto(found, client)

    async def ask(self, query: bytes) -> bytes | None:
        """What the upstream server answers; null where it does not in time."""
        if self.upstream is None:
            return None
        loop = asyncio.get_running_loop()
        asking = loop.create_datagram_endpoint(_Once, remote_addr=(self.upstream, _DNS_PORT))
        try:
            transport, once = await asking
        except OSError:
            return None
        try:
            transport.sendto(query)
            return await asyncio.wait_for(once.answer, _SECONDS)
        except (OSError, TimeoutError):
            return None
        finally:
            transport.close()


class _Once(asyncio.DatagramProtocol):
    """Waits for one datagram."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """The datagram."""
        if not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        """Nobody is there."""
        if not self.answer.done():
            self.answer.set_exception(exc)


def find_upstream(text: str) -> str | None:
    """The first name server of a resolv.conf."""
    found = re.search(r"(?m)^\s*nameserver\s+(\S+)", text)
    return found[1] if found else None


async def _main() -> None:
    """Serve until the container ends."""
    loop, repositories = asyncio.get_running_loop(), Repositories(os.environ["REGISTRY"])
    with open("/etc/resolv.conf", encoding="utf-8") as file:
        upstream = find_upstream(file.read())
    address = os.environ["ADDRESS"]
    await loop.create_datagram_endpoint(
        lambda: _Names(address, upstream), local_addr=("0.0.0.0", _DNS_PORT)
    )

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One call: a line of base64 with texts between zero bytes; the exit code, what is said."""
        try:
            texts = base64.b64decode(await reader.readline()).decode("utf-8", "replace").split("\0")
            call = Call.parse(texts[:-1], os.environ["ACCOUNT"], os.environ["REGION"])
            code, said = await loop.run_in_executor(None, answer, call, repositories)
            writer.write(f"{code}\n{said}".encode())
            await writer.drain()
        except (OSError, ValueError) as error:
            writer.write(f"255\nThe lab's AWS failed: {error}".encode())
        finally:
            writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/opt/lab/cert.pem", "/opt/lab/key.pem")
    server = await asyncio.start_server(serve, "0.0.0.0", CALL_PORT, ssl=context, limit=_LIMIT)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
