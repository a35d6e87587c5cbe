"""What the audit reads: four databases, each in one snapshot, and the topics of one broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg

from console.errors import PlainError

CHUNK_ROWS = 2_000
#: So that a sort of a large outbox works in pieces of a useful size.
SORT_MEMORY = "SET LOCAL work_mem = '48MB'"
#: The sub-select holds the planner to the index, whatever it thinks of an array's length; in their order, ids
#: that lie on one page of it are looked up together.
MISSING = """
SELECT asked.id FROM (SELECT id FROM unnest($1::uuid[]) AS id ORDER BY id) AS asked
WHERE (SELECT true FROM inbox WHERE inbox.id = asked.id) IS NULL
"""
Row = Mapping[str, Any]
Cursor = Callable[[], Awaitable[Sequence[Row]]]


class UnreadableSourceError(PlainError):
    """Something that the audit needs could not be read: nothing is proven, neither good nor bad."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where to read. `dsns`: service → address of its database for a role that may read all of it;
    `kafka`: what an aiokafka client is told. Where a broker cannot say where its topics end
    (`ends_known`), they are over when nothing more comes."""

    dsns: Mapping[str, str]
    kafka: Mapping[str, Any]
    topic_prefix: str = ""
    ends_known: bool = True


class Snapshot:
    """One database as it is at one moment; nothing can be written through it. Other connections see the same
    moment by its `name`, while this one is open."""

    def __init__(self, conn: Any, name: str) -> None:
        self._conn = conn
        self.name = name

    async def rows(self, statement: str, *values: object) -> Sequence[Row]:
        found: Sequence[Row] = await self._conn.fetch(statement, *values)
        return found

    async def one(self, statement: str) -> Any:
        return await self._conn.fetchval(statement)

    async def unsettled(self, ids: Sequence[UUID]) -> set[UUID]:
        """Those of the events that this service has not settled."""
        return {row["id"] for row in await self.rows(MISSING, ids)} if ids else set()

    async def cursor(self, statement: str, *values: object) -> Cursor:
        """Of the server; gives the next rows of the statement, and none at the end."""
        cursor = await self._conn.cursor(statement, *values)
        return partial(cursor.fetch, CHUNK_ROWS)

    async def chunks(self, statement: str, *values: object) -> AsyncIterator[Sequence[Row]]:
        """All rows of a statement, some at a time."""
        more = await self.cursor(statement, *values)
        while rows := await more():
            yield rows


@asynccontextmanager
async def snapshots(
    sources: Sources, *, taken: Mapping[str, str] | None = None
) -> AsyncIterator[Mapping[str, Snapshot]]:
    """All databases, each in a snapshot taken now or in the one so named. Raises UnreadableSourceError."""
    async with AsyncExitStack() as opened:
        made = {}
        for service, dsn in sources.dsns.items():
            conn = await _connection(service, dsn)
            opened.push_async_callback(conn.close)
            await opened.enter_async_context(conn.transaction(isolation="repeatable_read", readonly=True))
            if taken:
                await conn.execute(f"SET TRANSACTION SNAPSHOT '{taken[service]}'")
            await conn.execute(SORT_MEMORY)
            made[service] = Snapshot(conn, await conn.fetchval("SELECT pg_export_snapshot()"))
        yield made


async def all_of(*awaited: Awaitable[Any]) -> Sequence[Any]:
    """What they give, in their order, when all have ended: if one fails, the others still use connections."""
    ended = await asyncio.gather(*awaited, return_exceptions=True)
    for one in ended:
        if isinstance(one, BaseException):
            raise one
    return ended


async def _connection(service: str, dsn: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(dsn)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise UnreadableSourceError(
            f"the database of {service} could not be read ({type(error).__name__})",
            remedy="is it up, and is this the role that may read it? look: qonys status",
        ) from error
