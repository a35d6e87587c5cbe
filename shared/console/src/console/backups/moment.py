"""One moment of all databases: what one service was told by another is then in both, or in neither.

A service that tells something puts it on the relay's list, `untold`. With all four lists held nobody tells
and no relay sends, so whatever was heard before has been told before; then each database gives a snapshot and
the lists are let go. That takes milliseconds, the copying afterwards as long as it likes.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg

from console.backups.manifest import Rows
from console.errors import PlainError
from messaging import Connection

HOLD_SECONDS = 15
HOLD = "LOCK TABLE untold IN SHARE MODE"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@dataclass(frozen=True, slots=True)
class Moment:
    """As long as it is open, each database shows itself as it was."""

    connections: Mapping[str, Connection]
    snapshots: Mapping[str, str]

    async def rows(self) -> Rows:
        return {name: await rows_of(connection) for name, connection in self.connections.items()}


@asynccontextmanager
async def one_moment(addresses: Mapping[str, str]) -> AsyncIterator[Moment]:
    """Raises PlainError when a database has no tables yet, or does not hold still."""
    async with AsyncExitStack() as opened:
        connections = {name: await _opened(dsn, opened) for name, dsn in addresses.items()}
        async with AsyncExitStack() as held:
            for name, dsn in addresses.items():
                await _hold(name, dsn, held)
            snapshots = {name: await _snapshot(each, opened) for name, each in connections.items()}
        yield Moment(connections, snapshots)


async def rows_of(connection: Connection) -> dict[str, int]:
    """Table → rows."""
    tables = [row["tablename"] for row in await connection.fetch(TABLES)]
    return {table: await connection.fetchval(f'SELECT count(*) FROM "{table}"') for table in tables}  # noqa: S608


async def _opened(dsn: str, stack: AsyncExitStack) -> Connection:
    connection = await asyncpg.connect(dsn)
    stack.push_async_callback(connection.close)
    return connection


async def _hold(name: str, dsn: str, held: AsyncExitStack) -> None:
    connection = await _opened(dsn, held)
    await connection.execute(f"SET lock_timeout = '{HOLD_SECONDS}s'")
    await held.enter_async_context(connection.transaction())
    try:
        await connection.execute(HOLD)
    except asyncpg.UndefinedTableError:
        raise PlainError(f"{name} has no tables yet", remedy="start the stack once: qonys up") from None
    except asyncpg.LockNotAvailableError:
        raise PlainError(
            f"{name} is telling something for more than {HOLD_SECONDS} s", remedy="look: qonys status"
        ) from None


async def _snapshot(connection: Connection, opened: AsyncExitStack) -> str:
    await opened.enter_async_context(connection.transaction(isolation="repeatable_read", readonly=True))
    snapshot: str = await connection.fetchval("SELECT pg_export_snapshot()")
    return snapshot
