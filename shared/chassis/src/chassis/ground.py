"""What every process of a service stands on: its database in its shape, and its traces."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from os import getpid
from socket import gethostname

from chassis.certificates import ends_of, none_has_ended
from chassis.database import Pool, open_pool
from chassis.identity import Identity
from chassis.migrations import Migration, NewerDatabaseError, migrate, none_is_pending
from chassis.settings import ServiceSettings
from chassis.tracing import Traces, open_traces


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Open while the process runs. `closing` takes what is opened on top of it, and is closed first."""

    pool: Pool
    traces: Traces
    closing: AsyncExitStack


@asynccontextmanager
async def grounded(identity: Identity, settings: ServiceSettings, command: str) -> AsyncIterator[Ground]:
    """Waits for a database that is not there yet; brings it to this version's shape, or refuses an older."""
    none_has_ended(ends_of(settings))
    process = process_name(identity.name, command)
    async with AsyncExitStack() as closing:
        traces = await closing.enter_async_context(
            open_traces(settings.traces_url, service=identity.name, process=process)
        )
        pool = await closing.enter_async_context(open_pool(settings, application_name=process))
        if settings.migrate_at_start:
            await migrate_with(pool, identity.migrations)
        else:
            await _refuse_older(pool, identity.migrations)
        yield Ground(pool=pool, traces=traces, closing=closing)


async def migrate_with(pool: Pool, migrations: Sequence[Migration]) -> list[Migration]:
    """Applies what is missing of them."""
    async with pool.acquire() as connection:
        return await migrate(connection, migrations)


async def _refuse_older(pool: Pool, migrations: Sequence[Migration]) -> None:
    """A newer one is worked with: the next release may be on its way, which only adds. Readiness tells."""
    async with pool.acquire() as connection:
        with suppress(NewerDatabaseError):
            await none_is_pending(connection, migrations)


def process_name(service: str, command: str) -> str:
    """Of one process, as Postgres knows its sessions: who holds a lock, and where."""
    return f"{service} {command} {gethostname()}:{getpid()}"


def told_topics(identity: Identity, settings: ServiceSettings) -> list[str]:
    """The service's own topics, as they are named on this broker."""
    return [settings.kafka_topic_prefix + topic for topic in identity.told_topics]
