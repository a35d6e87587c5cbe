"""Brings a database to the shape that the code expects: numbered SQL files, each applied once, in order.

Invariants: a whole run holds one session advisory lock, so several instances may start together; each
file is one transaction with its row in `schema_migrations`; what is applied must be a prefix, unchanged,
of what the code carries, otherwise nothing is touched.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import structlog

from chassis.remedies import TroubleError
from messaging import Connection

log = structlog.get_logger()

_FILE = re.compile(r"(?P<number>\d{4})_(?P<name>[a-z0-9_]+)\.sql")
_LOCK = 7_166_001  # any number that nothing else in the database locks
_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    package    text        NOT NULL,
    number     integer     NOT NULL CHECK (number > 0),
    name       text        NOT NULL,
    sha256     text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (package, number)
)
"""


class MigrationError(TroubleError):
    """The database and the code do not fit; a person must look."""

    reason = "migration_changed"


class NewerDatabaseError(MigrationError):
    """A later release has been here. What it added, this one does not need; what it changed, nobody knows."""

    reason = "database_newer"


class OlderDatabaseError(MigrationError):
    """Tables that this code needs are not there."""

    reason = "database_older"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of one package."""

    package: str
    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.package}/{self.number:04}_{self.name}"


def migrations_of(package: str) -> list[Migration]:
    """The files `migrations/NNNN_name.sql` of an import package; `MigrationError` when misnumbered."""
    return migrations_in(files(package) / "migrations", package=package)


def migrations_in(folder: Traversable, *, package: str) -> list[Migration]:
    """The migrations of one folder, numbered 1, 2, 3, … without gaps."""
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    found = [_read(folder / name, package) for name in names]
    for expected, migration in enumerate(found, start=1):
        if migration.number != expected:
            raise MigrationError(f"{migration} should have the number {expected:04}")
    return found


async def migrate(connection: Connection, migrations: Sequence[Migration]) -> list[Migration]:
    """Applies what is missing and returns it. Waits while another instance is at it.

    `MigrationError` before anything is touched when an applied file changed or the database is newer.
    """
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        await connection.execute(_TABLE)
        missing = await _missing(connection, migrations)
        for migration in missing:
            await _apply(connection, migration)
        return missing
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def none_is_pending(connection: Connection, migrations: Sequence[Migration]) -> None:
    """Raises `OlderDatabaseError` when `migrate` would apply something; `MigrationError` as there."""
    missing = await pending(connection, migrations)
    if missing:
        raise OlderDatabaseError(f"not applied: {', '.join(map(str, missing))}")


async def pending(connection: Connection, migrations: Sequence[Migration]) -> list[Migration]:
    """What `migrate` would apply. `MigrationError` as there."""
    if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
        return list(migrations)
    return await _missing(connection, migrations)


async def _missing(connection: Connection, migrations: Sequence[Migration]) -> list[Migration]:
    rows = await connection.fetch("SELECT package, number, name, sha256 FROM schema_migrations")
    applied = {(row["package"], row["number"]): (row["name"], row["sha256"]) for row in rows}
    carried = {(one.package, one.number): one for one in migrations}
    _refuse_newer(applied.keys() - carried.keys(), {one.package for one in migrations})
    for key, (name, sha256) in applied.items():
        if key in carried and (name, sha256) != (carried[key].name, carried[key].sha256):
            raise MigrationError(f"{carried[key]} was changed after it had been applied as {name!r}")
    return [one for key, one in carried.items() if key not in applied]


def _refuse_newer(unknown: Iterable[tuple[str, int]], packages: set[str]) -> None:
    ours = sorted(key for key in unknown if key[0] in packages)
    if ours:
        package, number = ours[-1]
        raise NewerDatabaseError(
            f"the database has {package} migration {number:04}, which this code is too old for"
        )


async def _apply(connection: Connection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(migration.sql)
        await connection.execute(
            "INSERT INTO schema_migrations (package, number, name, sha256) VALUES ($1, $2, $3, $4)",
            migration.package,
            migration.number,
            migration.name,
            migration.sha256,
        )
    log.info("migration_applied", migration=str(migration))


def _read(file: Traversable, package: str) -> Migration:
    named = _FILE.fullmatch(file.name)
    if named is None:
        raise MigrationError(f"{package}: {file.name!r} is not named like 0001_what_it_does.sql")
    return Migration(package, int(named["number"]), named["name"], file.read_text(encoding="utf-8"))
