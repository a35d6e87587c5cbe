"""What a process needs to be ready, and what a person should look at."""

from collections.abc import Callable, Collection, Sequence
from functools import partial

from chassis.certificates import ends_of, none_ends_soon
from chassis.clocks import clock_agrees, zone_is_the_countrys
from chassis.database import Pool
from chassis.health import Check
from chassis.kafka import topics_of
from chassis.memory import memory_is_left
from chassis.migrations import Migration, none_is_pending
from chassis.remedies import TroubleError
from chassis.settings import ServiceSettings
from chassis.tracing import Traces


class MissingTopicError(TroubleError):
    """The broker does not have it, or this user may not see it."""

    reason = "missing_topic"


def needs_of(
    settings: ServiceSettings,
    pool: Pool,
    migrations: Sequence[Migration],
    *,
    topics: Collection[str],
    group: str | None = None,
) -> dict[str, Check]:
    """Without each of these the process is not ready: its database, in its shape; its topics, and the right
    to read them in its group."""

    async def database() -> None:
        await pool.fetchval("SELECT 1")

    async def migrated() -> None:
        async with pool.acquire() as connection:
            await none_is_pending(connection, migrations)

    async def broker() -> None:
        missing = set(topics) - await topics_of(settings, group=group)
        if missing:
            raise MissingTopicError(f"missing: {', '.join(sorted(missing))}")

    return {"database": database, "migrations": migrated, "broker": broker}


def cares_of(settings: ServiceSettings, pool: Pool, traces: Traces) -> dict[str, Check]:
    """The process works on for now, and a person should look."""
    ends = ends_of(settings)  # a file that is renewed later is read at the next start
    return {
        "certificates": _at_once(partial(none_ends_soon, ends)),
        "clock": partial(clock_agrees, pool),
        "time_zone": _at_once(partial(zone_is_the_countrys, settings.zone)),
        "memory": _at_once(memory_is_left),
        "traces": _at_once(traces.are_taken),
    }


def _at_once(check: Callable[[], None]) -> Check:
    async def without_waiting() -> None:
        check()

    return without_waiting
