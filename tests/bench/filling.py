"""Fills a database as if many more had applied: every row that real families left is copied again and again.

Ids are drawn anew, alike in all tables, so that what belongs together still does. Ids and numbers that grow
with time lie before those of the pattern, as history does: where a row comes to lie in an index is half of
its cost.
Ledgers and whatever is still to be done stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

KEPT = (
    "schema_migrations",
    "ledgers",
    "quota_entries",
    "ownership",
    "untold",
    "due",
    "parked",
    "parked_acts",
)
TIMED = {("inbox", "id"), ("outbox", "id"), ("evidence", "message_id")}
COPIES_AT_ONCE = 50
TABLES = """
SELECT relname AS name FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> ALL($1)
"""
COLUMNS = """
SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' ORDER BY attnum
"""
TIME_ORDERED = "(lpad(to_hex(copy), 12, '0') || substr(replace({0}::text, '-', ''), 13))::uuid"
ANEW = "md5({0}::text || copy)::uuid"
#: What is unique or looked up besides ids.
OTHERWISE = {
    ("outbox", "batch"): "batch - copy * {batches}",
    ("people", "iin"): "lpad((abs(hashtextextended(iin || copy, 0)) % 1000000000000)::text, 12, '0')",
    ("certificates", "number"): "number || '-' || copy",
    ("payments", "certificate_number"): "certificate_number || '-' || copy",
}


@dataclass(frozen=True, slots=True)
class Filler:
    """One database's tables with what each copy of a row is made of."""

    conn: asyncpg.Connection
    copying: Mapping[str, str]

    async def copy(self, first: int, last: int) -> None:
        """The copies numbered from `first` to `last`, both included."""
        for start in range(first, last + 1, COPIES_AT_ONCE):
            for statement in self.copying.values():
                await self.conn.execute(statement, start, min(last, start + COPIES_AT_ONCE - 1))
        await self.conn.execute("VACUUM ANALYZE")
        await self.conn.execute("CHECKPOINT")


async def filler(conn: asyncpg.Connection) -> Filler:
    """Takes what is there now as the pattern. `conn`: a superuser's; it will not look at references."""
    await conn.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    batches = await conn.fetchval("SELECT coalesce(max(batch), 0) FROM outbox")
    copying = {}
    for table in [row["name"] for row in await conn.fetch(TABLES, KEPT)]:
        await conn.execute(f"CREATE TEMP TABLE pattern_{table} AS TABLE {table}")
        copying[table] = _copying(table, await conn.fetch(COLUMNS, table), batches)
    return Filler(conn, copying)


def _copying(table: str, columns: Sequence[Mapping[str, str]], batches: int) -> str:
    names = ", ".join(column["name"] for column in columns)
    made = ", ".join(_copied(table, column["name"], column["type"], batches) for column in columns)
    numbers = "generate_series($1::bigint, $2::bigint) AS copy"
    return f"INSERT INTO {table} ({names}) SELECT {made} FROM {numbers}, pattern_{table}"


def _copied(table: str, column: str, kind: str, batches: int) -> str:
    if (table, column) in OTHERWISE:
        return OTHERWISE[table, column].format(batches=batches)
    if kind != "uuid":
        return column
    return (TIME_ORDERED if (table, column) in TIMED else ANEW).format(column)
