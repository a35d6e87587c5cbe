"""The Postgres of the stack: comes up from nothing, keeps what it was told, keeps services apart."""

from pathlib import Path

import asyncpg
import pytest

from console.background import StartError
from console.postgres import Postgres, ensure_database


@pytest.fixture
def server(own_postgres: Postgres) -> Postgres:
    return own_postgres


async def test_a_second_start_does_nothing(server: Postgres) -> None:
    owner = (server.cluster / "postmaster.pid").read_text()
    server.start()
    assert (server.cluster / "postmaster.pid").read_text() == owner


async def test_what_was_committed_survives_a_crash_at_the_same_address(server: Postgres) -> None:
    dsn = await ensure_database(server, "intake")
    await _run(dsn, "CREATE TABLE kept AS SELECT 7 AS number")
    server.kill()
    assert not server.running()
    server.start()
    assert await _ask(dsn, "SELECT number FROM kept") == 7


async def test_a_pid_file_of_a_dead_server_or_a_stranger_does_not_stop_it(server: Postgres) -> None:
    server.stop()
    stranger = "1"  # init, which is no Postgres
    (server.cluster / "postmaster.pid").write_text(f"{stranger}\n{server.cluster}\n")
    assert not server.running()
    server.start()
    assert await _ask(server.dsn(), "SELECT 1") == 1


async def test_a_service_gets_its_database_once_and_cannot_enter_anothers(server: Postgres) -> None:
    first = await ensure_database(server, "intake")
    await _run(first, "CREATE TABLE kept ()")
    assert await ensure_database(server, "intake") == first
    assert await _ask(first, "SELECT count(*) FROM kept") == 0
    other = await ensure_database(server, "verification")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(other.removesuffix("verification") + "intake")


async def test_it_writes_through_and_has_room_for_a_batchs_locks(server: Postgres) -> None:
    for name, value in {
        "fsync": "on",
        "synchronous_commit": "on",
        "max_locks_per_transaction": "256",
    }.items():
        assert await _ask(server.dsn(), f"SHOW {name}") == value


async def test_its_log_tells_of_errors_but_quotes_no_value(server: Postgres) -> None:
    """Given by `console.postgres.NO_VALUES`."""
    await _run(server.dsn(), "CREATE TABLE people (iin text PRIMARY KEY CHECK (iin <> '900101300015'))")
    for broken in (
        "INSERT INTO people VALUES ('861213116161'), ('861213116161')",
        "INSERT INTO people VALUES ('900101300015')",
        """SELECT '{"iin": 861213116161'::jsonb""",
        "SELECT name FROM people WHERE iin = '861213116161'",
    ):
        with pytest.raises(asyncpg.PostgresError):
            await _run(server.dsn(), broken)
    log = server.log.read_text()
    assert log.count("ERROR:") == 4
    assert [number for number in ("861213116161", "900101300015") if number in log] == []


async def test_a_wrong_password_does_not_enter(server: Postgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.dsn().replace(server.password("qonys"), "guess"))


def test_a_start_that_fails_says_what_postgres_said(server: Postgres) -> None:
    server.stop()
    (server.cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(StartError, match="incompatible with server"):
        server.start()


def test_remove_leaves_nothing(server: Postgres) -> None:
    home: Path = server.home
    server.remove()
    assert not home.exists()
    assert not server.running()


async def _run(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _ask(dsn: str, question: str) -> object:
    connection = await asyncpg.connect(dsn)
    answer: object = await connection.fetchval(question)
    await connection.close()
    return answer
