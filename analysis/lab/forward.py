"""A forward proxy: what the steps of builds fetch passes it, and so the lab's link before it.

The lab runs this file with python3 in a container of the base image; it imports nothing of ours.
Requests of https come as CONNECT, those of http with a whole address (RFC 9110, 9.3.6 and 7.1);
after each of the latter the connection ends, since the next may be for another server.
"""

import asyncio
from urllib.parse import urlsplit

PORT, _CHUNK, _HEAD = 3128, 65536, 65536
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One client's connection, from its first request on."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        line, _, rest = head.partition(b"\r\n")
        method, target, version = line.decode("latin-1").split()
        if method == "CONNECT":
            upstream = await _connect(target)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        elif target.startswith("http://"):
            upstream = await _connect(urlsplit(target).netloc.rpartition("@")[2], "80")
            upstream[1].write(f"{method} {target} {version}\r\n".encode("latin-1") + _close(rest))
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        await _join((reader, writer), upstream)
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        text = f"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n{error}\n"
        writer.write(text.encode("utf-8", "replace"))
    finally:
        writer.close()


async def _connect(address: str, port: str = "443") -> _Streams:
    """A connection to HOST[:PORT]; IPv6 in brackets."""
    parts = urlsplit(f"//{address}")
    return await asyncio.open_connection(parts.hostname, parts.port or int(port))


def _close(head: bytes) -> bytes:
    """A request's fields with the wish that the connection ends after the answer."""
    hop = (b"connection:", b"proxy-connection:", b"proxy-authorization:")
    kept = [line for line in head.split(b"\r\n") if line and not line.lower().startswith(hop)]
    return b"\r\n".join([*kept, b"Connection: close", b"", b""])


async def _join(client: _Streams, server: _Streams) -> None:
    """Pass bytes on both ways until each side has said its last."""
    try:
        await asyncio.gather(_pass(client[0], server[1]), _pass(server[0], client[1]))
    finally:
        server[1].close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on one way, and then the end of them."""
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        writer.close()


async def _main() -> None:
    """Serve until the container ends."""
    server = await asyncio.start_server(_serve, "0.0.0.0", PORT, limit=_HEAD)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
