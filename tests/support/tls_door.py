"""A door that speaks TLS, in front of a server that does not."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

SSL_REQUEST = bytes.fromhex("00000008 04d2162f")  # PostgreSQL's protocol: "may we speak TLS?"

Opening = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """TLS is spoken from the first byte, as with Kafka."""


async def as_postgres(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The client asks first, as with Postgres."""
    assert await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST
    writer.write(b"S")


@asynccontextmanager
async def tls_door(
    context: ssl.SSLContext, *, to_port: int, port: int = 0, opening: Opening = at_once
) -> AsyncIterator[int]:
    """Its port on 127.0.0.1; what comes in there over TLS goes to `to_port` in the clear, and back."""
    through: set[asyncio.Task[None]] = set()

    async def come_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        through.add(task)
        task.add_done_callback(through.discard)
        with contextlib.suppress(OSError, EOFError):  # whoever does not like our certificate leaves
            await opening(reader, writer)
            await writer.start_tls(context)
            await _carry(reader, writer, to_port)
        writer.close()

    server = await asyncio.start_server(come_in, "127.0.0.1", port)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in through:
            task.cancel()
        await asyncio.gather(*through, return_exceptions=True)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to_port: int) -> None:
    behind, to_behind = await asyncio.open_connection("127.0.0.1", to_port)
    await asyncio.gather(_one_way(reader, to_behind), _one_way(behind, writer), return_exceptions=True)


async def _one_way(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until the sender ends, which ends the other way too: a closed writer's reader is at its end."""
    try:
        while chunk := await reader.read(1 << 16):
            writer.write(chunk)
            await writer.drain()
    finally:
        writer.close()
