"""The service's pool of connections to its own database."""

import asyncio
import time
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import structlog

from chassis.settings import ServiceSettings
from chassis.tls import database_tls

log = structlog.get_logger()

# Named once so that nobody else needs asyncpg's generic spelling.
if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    Pool = asyncpg.Pool

#: What may pass by itself: the server is not up yet, refuses connections, has no room.
_NOT_THERE_YET = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ConnectionDoesNotExistError,
)


async def open_pool(settings: ServiceSettings, *, application_name: str) -> Pool:
    """An asyncpg pool that has connected once. Waits `database_wait_seconds` for a server that is not up yet.

    Wrong credentials and unknown databases are raised at once: waiting does not mend them.
    """
    give_up_at = time.monotonic() + settings.database_wait_seconds
    pause_seconds = 0.1
    while True:
        try:
            return await _connect(settings, application_name)
        except _NOT_THERE_YET as error:
            if time.monotonic() + pause_seconds > give_up_at:
                raise
            log.warning("database_not_there_yet", error=type(error).__name__, again_in_seconds=pause_seconds)
        await asyncio.sleep(pause_seconds)
        pause_seconds = min(pause_seconds * 2, 5.0)


async def _connect(settings: ServiceSettings, application_name: str) -> Pool:
    return await asyncpg.create_pool(
        settings.database_dsn.get_secret_value(),
        ssl=database_tls(settings),
        min_size=1,
        max_size=settings.database_connections,
        timeout=10,
        server_settings={
            "application_name": application_name,
            "timezone": "UTC",
            "idle_in_transaction_session_timeout": "60s",  # a hung task must not hold its locks for ever
        },
    )
