"""What the audit reads: four databases, each in one snapshot, and the topics of one broker."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from console.environment import package
from console.errors import PlainError
from console.layout import SERVICES, Stack

CHUNK_ROWS = 5_000
#: So that a sort of a large outbox works in pieces of a useful size.
SORT_MEMORY = "SET LOCAL work_mem = '48MB'"
MISSING = """
SELECT asked.id FROM unnest($1::uuid[]) AS asked (id)
WHERE NOT EXISTS (SELECT FROM inbox WHERE inbox.id = asked.id)
"""

Row = Mapping[str, Any]


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


def sources_of(stack: Stack) -> Sources:
    """Of a stack that this machine runs. Raises UnreadableSourceError when it does not."""
    try:
        dsns = {service: stack.dsn(package(service)) for service in SERVICES}
        return Sources(dsns=dsns, kafka=stack.kafka, ends_known=not stack.forgetful)
    except FileNotFoundError:
        raise UnreadableSourceError(
            f"the stack in {stack.folder} has never run", remedy="start it: qonys up"
        ) from None


class Snapshot:
    """One database as it is at one moment; nothing can be written through it."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def rows(self, statement: str, *values: object) -> Sequence[Row]:
        found: Sequence[Row] = await self._conn.fetch(statement, *values)
        return found

    async def one(self, statement: str) -> Any:
        return await self._conn.fetchval(statement)

    async def unsettled(self, ids: Sequence[UUID]) -> set[UUID]:
        """Those of the events that this service has not settled."""
        return {row["id"] for row in await self.rows(MISSING, ids)} if ids else set()

    async def chunks(self, statement: str) -> AsyncIterator[Sequence[Row]]:
        """The rows of a statement, as they come, through a cursor of the server."""
        cursor = await self._conn.cursor(statement)
        while rows := await cursor.fetch(CHUNK_ROWS):
            yield rows


@asynccontextmanager
async def snapshots(sources: Sources) -> AsyncIterator[Mapping[str, Snapshot]]:
    """All databases, each in a snapshot taken now. Raises UnreadableSourceError."""
    async with AsyncExitStack() as opened:
        made = {}
        for service, dsn in sources.dsns.items():
            conn = await _connection(service, dsn)
            opened.push_async_callback(conn.close)
            await opened.enter_async_context(conn.transaction(isolation="repeatable_read", readonly=True))
            await conn.execute(SORT_MEMORY)
            await conn.fetchval("SELECT count(*) FROM untold")  # the first look takes the snapshot
            made[service] = Snapshot(conn)
        yield made


async def _connection(service: str, dsn: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(dsn)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise UnreadableSourceError(
            f"the database of {service} could not be read ({type(error).__name__})",
            remedy="is it up, and is this the role that may read it? look: qonys status",
        ) from error
