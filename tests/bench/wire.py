"""An HTTP client that costs the measurement little: plain HTTP/1.1 over kept connections."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from copy import copy
from typing import Any
from urllib.parse import urlsplit

BUSY = (429, 503)
BUSY_SECONDS = 0.05


class RefusedError(RuntimeError):
    """The server answered, but not with what was asked for."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.status = status


class Connection:
    """To one server; opened when it is needed, and again when the server has closed it for being idle."""

    def __init__(self, host: str, port: int) -> None:
        self._place = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        kept = self._streams is not None and not self._streams[0].at_eof()
        if not kept:
            self.close()
            self._streams = await asyncio.open_connection(*self._place)
        assert self._streams is not None
        reader, writer = self._streams
        writer.write(request)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
        except (asyncio.IncompleteReadError, ConnectionError):
            if not kept:
                raise
            self.close()  # the server had closed it while we wrote: nothing was taken
            self._streams = None
            return await self.exchange(request)
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        return int(head[9:12]), await reader.readexactly(length)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


class Wire:
    """A way into one service; a request takes the next connection that is free."""

    def __init__(self, connections: Sequence[Connection], bearer: str) -> None:
        self._free: asyncio.Queue[Connection] = asyncio.Queue()
        for one in connections:
            self._free.put_nowait(one)
        self._patient = True
        self._headers = f"Host: qonys\r\nAuthorization: {bearer}\r\nContent-Type: application/json\r\n"

    def impatient(self) -> "Wire":
        """The same connections, for who does not come again to a busy server."""
        other = copy(self)
        other._patient = False
        return other

    async def say(
        self, method: str, path: str, body: Any, *, key: str | None = None, not_yet: str = ""
    ) -> Any:
        """The answer's JSON; comes again while the server is busy or refuses with the code `not_yet`;
        `RefusedError` when it refuses otherwise."""
        while True:
            status, said = await self.send(method, path, body, key=key)
            if status < 300:
                return json.loads(said)
            busy = self._patient and status in BUSY
            if not busy and not (not_yet and f'"code":"{not_yet}"'.encode() in said):
                raise RefusedError(f"{method} {path}: {status} {said[:300]!r}", status)
            await asyncio.sleep(BUSY_SECONDS)

    async def send(self, method: str, path: str, body: Any, *, key: str | None = None) -> tuple[int, bytes]:
        """Bytes go as they are, anything else as JSON. Status and body of the answer."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        wanted = f"Idempotency-Key: {key}\r\n" if key else ""
        head = f"{method} {path} HTTP/1.1\r\n{self._headers}{wanted}Content-Length: {len(content)}\r\n\r\n"
        connection = await self._free.get()
        try:
            return await connection.exchange(head.encode() + content)
        finally:
            self._free.put_nowait(connection)


@asynccontextmanager
async def wired(*urls: str, bearer: str, connections: int) -> AsyncIterator[Wire]:
    """So many connections to each of the servers, while the block lasts."""
    places = [urlsplit(url) for url in urls]
    made = [
        Connection(place.hostname or "", place.port or 80) for _ in range(connections) for place in places
    ]
    try:
        yield Wire(made, bearer)
    finally:
        for one in made:
            one.close()
