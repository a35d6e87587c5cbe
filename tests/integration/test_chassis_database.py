"""The pool, and a database that is not there yet."""

import asyncio
import time

import asyncpg
import pytest

from chassis.database import open_pool
from chassis.remedies import NotThereError
from chassis.settings import ServiceSettings
from console.postgres import Postgres


def settings(dsn: str, *, wait_seconds: float = 30) -> ServiceSettings:
    return ServiceSettings.model_validate(
        {
            "database_dsn": dsn,
            "start_wait_seconds": wait_seconds,
            "kafka_servers": "127.0.0.1:1",
            "oidc_issuer": "https://id.example",
            "oidc_jwks_url": "https://id.example/jwks.json",
        }
    )


async def test_a_session_says_who_it_is_and_counts_time_in_utc(database: str) -> None:
    async with open_pool(settings(database), application_name="intake") as pool:
        row = await pool.fetchrow("SELECT current_setting('application_name'), current_setting('TimeZone')")
        assert row is not None
        assert tuple(row) == ("intake", "UTC")


async def test_a_database_that_comes_later_is_waited_for(own_postgres: Postgres) -> None:
    own_postgres.stop()
    waiting = settings(own_postgres.dsn())

    async def ask() -> int | None:
        async with open_pool(waiting, application_name="intake") as pool:
            found: int = await pool.fetchval("SELECT 1")
            return found

    asked = asyncio.create_task(ask())
    await asyncio.to_thread(own_postgres.start)
    assert await asked == 1


async def test_a_lost_machine_keeps_its_locks_for_half_a_minute_at_most(database: str) -> None:
    """Given by `tcp_keepalives_…` of `chassis.database.SESSION`; Postgres tells what the socket has."""
    async with open_pool(settings(database), application_name="intake") as pool:
        idle, interval, count = [
            int(await pool.fetchval("SELECT current_setting($1)", f"tcp_keepalives_{name}"))
            for name in ("idle", "interval", "count")
        ]
    assert 0 < idle + interval * count <= 30


async def test_a_database_that_never_comes_is_given_up() -> None:
    with pytest.raises(NotThereError, match="the database did not answer for 0 s"):
        async with open_pool(settings("postgresql://127.0.0.1:1/x", wait_seconds=0.3), application_name="x"):
            pass


async def test_an_unknown_database_is_not_waited_for(postgres: Postgres) -> None:
    began = time.monotonic()
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        async with open_pool(settings(postgres.dsn("nowhere")), application_name="x"):
            pass
    assert time.monotonic() - began < 5


async def test_closing_does_not_wait_for_ever_for_a_connection_in_use(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.database.CLOSE_SECONDS", 0.1)
    async with asyncio.timeout(5), open_pool(settings(database), application_name="x") as pool:
        await pool.acquire()
    assert pool.is_closing()
