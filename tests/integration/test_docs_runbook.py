"""Every statement of docs/runbook.md is read by Postgres against the tables that the migrations make."""

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from architecture.pages import page
from architecture.workspace import SERVICES
from chassis.migrations import migrate, migrations_of

BLOCKS = re.findall(r"^```sql\n(.*?)^```", page("runbook.md"), flags=re.MULTILINE | re.DOTALL)
STATEMENTS = [statement.strip() for block in BLOCKS for statement in block.split(";\n") if statement.strip()]
PACKAGES = ["messaging", *(service.source.name for service in SERVICES)]


@pytest.fixture
async def tables(database: str) -> AsyncIterator[asyncpg.Connection]:
    """One database with the tables of all services, which no two of them name alike."""
    pool = await asyncpg.create_pool(database, min_size=1, max_size=1)
    async with pool.acquire() as connection:
        await migrate(connection, [one for package in PACKAGES for one in migrations_of(package)])
        yield connection
    await pool.close()


async def test_every_statement_names_tables_and_columns_that_exist(tables: asyncpg.Connection) -> None:
    assert STATEMENTS
    for statement in STATEMENTS:
        await tables.prepare(re.sub(r":'\w+'", "NULL", statement).rstrip(";"))
