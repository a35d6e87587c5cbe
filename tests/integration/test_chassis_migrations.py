"""The runner of migrations on a real database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from chassis.database import Pool
from chassis.migrations import MigrationError, migrate, migrations_in, migrations_of, pending

LOCKS_HERE = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND datname = current_database()
"""


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    pool = await asyncpg.create_pool(database, min_size=1, max_size=8)
    yield pool
    await pool.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_families.sql").write_text(
        "CREATE TABLE families (id int);\nINSERT INTO families VALUES (1);"
    )
    (tmp_path / "0002_more.sql").write_text("INSERT INTO families VALUES (2);")
    return tmp_path


async def run(pool: Pool, folder: Path) -> list[str]:
    async with pool.acquire() as connection:
        return [str(one) for one in await migrate(connection, migrations_in(folder, package="probe"))]


async def test_files_are_applied_in_order_and_only_once(pool: Pool, folder: Path) -> None:
    assert await run(pool, folder) == ["probe/0001_families", "probe/0002_more"]
    assert await run(pool, folder) == []
    assert await pool.fetchval("SELECT array_agg(id ORDER BY id) FROM families") == [1, 2]


async def test_many_instances_may_start_together(pool: Pool, folder: Path) -> None:
    applied = await asyncio.gather(*(run(pool, folder) for _ in range(8)))
    assert sorted(map(len, applied)) == [0] * 7 + [2]
    assert await pool.fetchval("SELECT count(*) FROM families") == 2


async def test_a_failing_file_leaves_nothing_of_itself_and_what_came_before_stays(
    pool: Pool, folder: Path
) -> None:
    (folder / "0003_wrong.sql").write_text("INSERT INTO families VALUES (3); SELECT no_such_column;")
    with pytest.raises(asyncpg.UndefinedColumnError):
        await run(pool, folder)
    assert await pool.fetchval("SELECT count(*) FROM families") == 2
    (folder / "0003_wrong.sql").write_text("INSERT INTO families VALUES (3);")
    assert await run(pool, folder) == ["probe/0003_wrong"]


async def test_a_file_changed_after_it_was_applied_is_refused(pool: Pool, folder: Path) -> None:
    await run(pool, folder)
    (folder / "0001_families.sql").write_text("CREATE TABLE families (id bigint);")
    (folder / "0003_new.sql").write_text("INSERT INTO families VALUES (3);")
    with pytest.raises(MigrationError, match="probe/0001_families was changed after it had been applied"):
        await run(pool, folder)
    assert await pool.fetchval("SELECT count(*) FROM families") == 2


async def test_a_database_newer_than_the_code_is_refused(pool: Pool, folder: Path) -> None:
    await run(pool, folder)
    (folder / "0002_more.sql").unlink()
    with pytest.raises(MigrationError, match="the database has probe migration 0002"):
        await run(pool, folder)


async def test_what_is_pending_is_told_without_applying_it(pool: Pool, folder: Path) -> None:
    carried = migrations_in(folder, package="probe")
    async with pool.acquire() as connection:
        assert await pending(connection, carried) == carried
        await migrate(connection, carried[:1])
        assert await pending(connection, carried) == carried[1:]


async def test_the_lock_is_given_back_after_a_refusal(pool: Pool, folder: Path) -> None:
    (folder / "0003_wrong.sql").write_text("nonsense")
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await run(pool, folder)
    assert await pool.fetchval(LOCKS_HERE) == 0


@pytest.mark.parametrize("name", ["0004_gap.sql", "0002_twice.sql", "3_short.sql", "0003_Wrong-Name.sql"])
def test_a_misnumbered_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("SELECT 1;")
    with pytest.raises(MigrationError):
        migrations_in(folder, package="probe")


def test_the_kernels_migrations_are_found_in_its_package() -> None:
    assert str(migrations_of("messaging")[0]).startswith("messaging/0001_")
