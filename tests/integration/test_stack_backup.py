"""A backup holds one moment of everything, and comes back into an empty stack as it was."""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from chassis.migrations import migrate, migrations_of
from console.backups import command, manifest
from console.backups.moment import one_moment
from console.environment import package
from console.errors import PlainError
from console.layout import SERVICES, BrokerKind, Pace, Stack, known, plan
from console.parts import Database
from support.probe import until

TELL = """
WITH listed AS (INSERT INTO untold (events) VALUES (1) RETURNING batch)
INSERT INTO outbox (batch, place, id, topic, subject, body)
SELECT batch, 1, gen_random_uuid(), 'topic', gen_random_uuid(), convert_to($1, 'UTF8') FROM listed
"""
HEARD = "INSERT INTO inbox (id) SELECT gen_random_uuid() FROM generate_series(1, 50)"
LOCKED_OUT = "SELECT count(*) FROM pg_locks WHERE relation = 'untold'::regclass AND NOT granted"
SAID = "Әсел шықты → Қостанай"
SCAN = b"%PDF-1.7 a paper"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack at rest that has told, heard and kept something."""
    made = plan(tmp_path_factory.mktemp("a") / "stack", kind=BrokerKind.EMBEDDED, pace=Pace(), temporary=True)
    Database(made).start()
    for service in SERVICES:
        asyncio.run(_fill(made.postgres.dsn(package(service), role=package(service)), service))
    sha256 = hashlib.sha256(SCAN).hexdigest()
    paper = made.folder / "papers" / sha256[:2] / sha256
    paper.parent.mkdir(parents=True)
    paper.write_bytes(SCAN)
    paper.with_name("half-written").write_bytes(SCAN)
    yield made
    made.postgres.remove()


@pytest.fixture(scope="module")
def backup(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("b") / "backup"
    command.backup(where, stack.folder)
    return where


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    """Folder of a stack that does not exist."""
    folder = tmp_path / "other"
    yield folder
    if folder.exists():
        known(folder).postgres.remove()


def test_what_is_restored_is_what_was_backed_up_and_is_told_again(
    stack: Stack, backup: Path, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command.restore(backup, empty)
    other = known(empty)
    papers = sorted((empty / "papers").rglob("*"))
    assert [paper.read_bytes() for paper in papers if paper.is_file()] == [SCAN]
    assert not other.postgres.running()
    Database(other).start()
    for service in SERVICES:
        before, after = (asyncio.run(_whole(one.dsn(package(service)))) for one in (stack, other))
        assert before.pop("untold") == []
        assert len(after.pop("untold")) == 2
        assert before == after
        asyncio.run(_its_own_role_goes_on(other, service))
    said = capsys.readouterr().err
    assert "8 events are told again" in said
    assert not any(secret in said for secret in (other.postgres.password("qonys"), "postgresql://"))


def test_it_is_for_its_owner_only(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in backup.iterdir()} == {0o600}


def test_a_stack_that_is_not_empty_is_left_alone(stack: Stack, backup: Path) -> None:
    with pytest.raises(PlainError, match="is not empty: it has postgres, papers"):
        command.restore(backup, stack.folder)


@pytest.mark.parametrize("name", ["verification.dump", "papers.tar", "manifest.json"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    backup: Path, empty: Path, tmp_path: Path, name: str
) -> None:
    damaged = _copy(backup, tmp_path / "damaged")
    content = bytearray((damaged / name).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (damaged / name).write_bytes(content)
    with pytest.raises(PlainError, match=f"the backup is damaged: {name}"):
        command.restore(damaged, empty)
    assert not empty.exists()


def test_a_backup_that_was_not_finished_is_refused(backup: Path, empty: Path, tmp_path: Path) -> None:
    unfinished = _copy(backup, tmp_path / "unfinished")
    (unfinished / manifest.NAME).unlink()
    with pytest.raises(PlainError, match="holds no finished backup"):
        command.restore(unfinished, empty)


def test_a_backup_is_never_written_over(stack: Stack, backup: Path) -> None:
    with pytest.raises(PlainError, match="is not empty"):
        command.backup(backup, stack.folder)


async def test_what_is_being_told_is_waited_for(database: str) -> None:
    """Whoever heard it may be in another database: it must not be missing in its teller's."""
    await _fill(database, "intake")
    teller, watcher = await asyncpg.connect(database), await asyncpg.connect(database)
    telling = teller.transaction()
    await telling.start()
    await teller.execute(TELL, SAID)

    async def counted() -> int:
        async with one_moment({"intake": database}) as moment:
            return (await moment.rows())["intake"]["outbox"]

    async def locked_out() -> bool:
        return bool(await watcher.fetchval(LOCKED_OUT))

    counting = asyncio.create_task(counted())
    await until(locked_out)
    await telling.commit()
    assert await counting == 3
    await teller.execute(TELL, SAID)  # the list was let go
    for connection in (teller, watcher):
        await connection.close()


async def test_a_stack_that_has_no_tables_yet_is_said_so(database: str) -> None:
    with pytest.raises(PlainError, match="intake has no tables yet"):
        async with one_moment({"intake": database, "verification": database}):
            pass


async def _fill(dsn: str, service: str) -> None:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool, pool.acquire() as connection:
        await migrate(connection, [*migrations_of("messaging"), *migrations_of(package(service))])
        for _ in range(2):
            await connection.execute(TELL, SAID)
        await connection.execute("DELETE FROM untold")
        await connection.execute(HEARD)


async def _whole(dsn: str) -> dict[str, list[Any]]:
    """Table → rows."""
    connection = await asyncpg.connect(dsn)
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    whole = {
        name: [tuple(row) for row in await connection.fetch(f'SELECT * FROM "{name}" AS t ORDER BY t::text')]
        for (name,) in tables
    }
    await connection.close()
    return whole


async def _its_own_role_goes_on(stack: Stack, service: str) -> None:
    """The service's role owns what came back, and no number is given twice."""
    connection = await asyncpg.connect(stack.postgres.dsn(package(service), role=package(service)))
    await connection.execute(TELL, SAID)
    assert await connection.fetchval("SELECT max(batch) FROM outbox") == 3
    await connection.close()


def _copy(backup: Path, to: Path) -> Path:
    to.mkdir()
    for file in backup.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    return to
