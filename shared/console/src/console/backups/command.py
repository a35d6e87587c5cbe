"""`qonys backup FOLDER`, `qonys restore FOLDER`: what is typed, what is shown, what is refused."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from console import screen
from console.backups import copying, manifest
from console.backups.manifest import Manifest, Rows
from console.backups.moment import Moment, one_moment, rows_of
from console.environment import package
from console.errors import PlainError
from console.layout import SERVICES, BrokerKind, Pace, Stack, known, plan
from console.options import Folder
from console.parts import Database
from console.supervise import Say, refuse_second
from messaging import republish

PAPERS = "papers.tar"

Backup = Annotated[Path, typer.Argument(help="Folder of the backup", metavar="BACKUP", file_okay=False)]


def backup(where: Backup, folder: Folder) -> None:
    """Copy the four databases and the papers, all of one moment. The stack may run meanwhile."""
    stack = known(folder)
    if stack.secrets is not None:
        raise PlainError("docker compose keeps this stack's papers", remedy="by hand: docs/keeping.md")
    try:
        with screen.steps(len(SERVICES) + 2) as begin:
            held = _take(stack, where, begin)
    except OSError as error:
        raise PlainError(
            f"the backup was not finished: {error.strerror or error}", remedy=f"remove {where}; try again"
        ) from None
    size = sum(file.size for file in held.files.values()) / 1e6
    screen.say(f"{_count(held.rows):,} rows and the papers are in {screen.path(where)}, {size:,.1f} MB")
    screen.say("it holds personal data, and no keys: keep those of the stack elsewhere")


def restore(where: Backup, folder: Folder) -> None:
    """Put a backup into an empty stack. What it ever told is told again by the next start."""
    held = manifest.read(where)
    with screen.steps(len(SERVICES) + 2) as begin:
        begin(f"looking at the backup of {held.taken_at}")
        held.check(where)
        _refuse_used(folder)
        stack = plan(folder, kind=BrokerKind.EMBEDDED, pace=Pace())
        with _database(stack):
            events = asyncio.run(_load(stack, where, held.rows, begin))
        begin("papers")
        copying.unpack_papers(where / PAPERS, stack.folder)
    screen.say(f"{_count(held.rows):,} rows are back; {events:,} events are told again by the next qonys up")


def _take(stack: Stack, where: Path, begin: Say) -> Manifest:
    _make_room(where)
    with _database(stack):
        rows = asyncio.run(_dump(stack, where, begin))
    begin("papers")
    with copying.private(where / PAPERS) as output:  # after the rows that name them, so that none is missing
        copying.pack_papers(stack.folder / copying.PAPERS, output)
    begin("looking at what was written")
    files = {name: manifest.look_at(where / name) for name in [*map(_file, SERVICES), PAPERS]}
    taken = Manifest(taken_at=datetime.now(UTC).isoformat(timespec="seconds"), files=files, rows=rows)
    taken.write(where)
    return taken


async def _dump(stack: Stack, where: Path, begin: Say) -> Rows:
    async with one_moment({service: stack.dsn(package(service)) for service in SERVICES}) as moment:
        for service in SERVICES:
            begin(_database_of(service))
            await _dump_one(stack, where, service, moment)
        return await moment.rows()


async def _dump_one(stack: Stack, where: Path, service: str, moment: Moment) -> None:
    with copying.private(where / _file(service)) as output:
        dsn = stack.dsn(package(service))
        await asyncio.to_thread(copying.dump, dsn, moment.snapshots[service], output)


async def _load(stack: Stack, where: Path, rows: Rows, begin: Say) -> int:
    events = 0
    for service in SERVICES:
        begin(_database_of(service))
        events += await _load_one(stack, where, service, rows[service])
    return events


async def _load_one(stack: Stack, where: Path, service: str, rows: Mapping[str, int]) -> int:
    """How many events of this service are to be told again."""
    dsn = stack.dsn(package(service))
    await asyncio.to_thread(copying.restore, dsn, where / _file(service))
    connection = await asyncpg.connect(dsn)
    try:
        if await rows_of(connection) != rows:
            raise PlainError(f"{service} came back with other numbers of rows than it had")
        await connection.execute("ANALYZE")
        return await republish(connection)
    finally:
        await connection.close()


def _refuse_used(folder: Path) -> None:
    """A restore goes into a stack that has nothing: no database, no papers, no topics."""
    used = [name for name in ("postgres", "papers", "broker-apache") if (folder / name).exists()]
    if used:
        raise PlainError(
            f"the stack in {folder} is not empty: it has {', '.join(used)}",
            remedy="restore into another one: qonys restore BACKUP --folder NEW",
        )


def _make_room(where: Path) -> None:
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(where.iterdir()):
        raise PlainError(f"{where} is not empty", remedy="name a new folder")


@contextmanager
def _database(stack: Stack) -> Iterator[None]:
    """Its database server is up meanwhile, whether or not the rest runs."""
    database, was_up = Database(stack), stack.postgres.running()
    if not was_up:
        refuse_second(stack)
        database.start()
    try:
        yield
    finally:
        if not was_up:
            database.stop()


def _database_of(service: str) -> str:
    return f"database of {service}"


def _file(service: str) -> str:
    return f"{package(service)}.dump"


def _count(rows: Rows) -> int:
    return sum(sum(tables.values()) for tables in rows.values())
