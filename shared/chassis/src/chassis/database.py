"""The service's pool of connections to its own database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from chassis.settings import ServiceSettings
from chassis.tls import database_tls, tls_fault
from chassis.waiting import patiently

# Named once so that nobody else needs asyncpg's generic spelling.
if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    Pool = asyncpg.Pool

CLOSE_SECONDS = 5.0

#: What every session is told. Our statements take whole batches by their keys, so one plan fits every call;
#: planning each call anew was a fifth of the database's work.
SESSION = {
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "60s",  # a hung task must not hold its locks for ever
    "plan_cache_mode": "force_generic_plan",
    # A machine of ours that is lost ends no connection: its locks (the relay's leadership) go after 25 s.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}

#: What may pass by itself: the server is not up yet, refuses connections, has no room.
_MAY_PASS = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ConnectionDoesNotExistError,
)


@asynccontextmanager
async def open_pool(settings: ServiceSettings, *, application_name: str) -> AsyncIterator[Pool]:
    """An asyncpg pool that has connected once. Waits `start_wait_seconds` for a server that is not up yet.

    `NotThereError` when it has not come. Wrong credentials, certificates and unknown databases are raised at
    once: waiting does not mend them.
    """
    pool = await patiently(
        lambda: _connect(settings, application_name),
        what="database",
        seconds=settings.start_wait_seconds,
        passes=lambda error: isinstance(error, _MAY_PASS) and tls_fault(error) is None,
    )
    try:
        yield pool
    finally:
        await _close(pool)


async def _connect(settings: ServiceSettings, application_name: str) -> Pool:
    password = settings.database_password
    return await asyncpg.create_pool(
        settings.database_dsn.get_secret_value(),
        password=password.get_secret_value() if password else None,
        ssl=database_tls(settings),
        min_size=1,
        max_size=settings.database_connections,
        timeout=10,
        reset=nothing_to_reset,
        server_settings={"application_name": application_name, **SESSION},
    )


async def nothing_to_reset(conn: object) -> None:
    """A connection goes back as it is, which saves a round trip each time: our locks and settings end with
    their transaction. (An open transaction is rolled back and listeners are forgotten by the pool itself.)"""
    del conn


async def _close(pool: Pool) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await pool.close()
    except TimeoutError:
        pool.terminate()  # somebody still holds a connection; the database rolls its transaction back
