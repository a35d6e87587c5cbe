"""The whole audit: reads everything once, judges every family, and looks twice where things were moving."""

import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from uuid import UUID

from console.audit.crew import Crew, crew
from console.audit.looking import Look, judge_share, lay_down_share
from console.audit.promised import judge_promised
from console.audit.quota import judge_quotas
from console.audit.report import Report
from console.audit.shelf import Spans
from console.audit.sources import Snapshot, Sources, all_of, snapshots
from console.audit.topics import acknowledged, extent, reading
from console.audit.waits import judge_waits

#: The age of the outboxes: what is older was told by events that are no longer kept.
SINCE = "SELECT min(told_at) FROM outbox"
LAST = "SELECT coalesce(max(batch), 0) FROM outbox"
KNOWN = "SELECT id FROM outbox WHERE id = ANY($1::uuid[])"
BYTES = "SELECT pg_table_size('outbox')"
#: So much of the outboxes is in memory at a time, some 20,000 events.
SPAN_BYTES = 16_000_000
#: Less is done before another process has started.
ALONE_BYTES = 100_000_000
PROCESSES = 2


async def audit(sources: Sources, *, promised: Collection[UUID] = (), processes: int | None = None) -> Report:
    """Recomputes everything. `promised`: applications whose submission was acknowledged to a citizen;
    `processes`: how many share the work, by its size if nobody says. The databases' snapshots are not of the
    same moment: while services are at work a fault counts when it is seen a second time. Raises
    UnreadableSourceError."""
    report, moving = await _look(sources, promised, processes)
    if report.clean or not moving:
        return report
    again, _ = await _look(sources, promised, processes)
    return again.seen_again(report)


async def _look(sources: Sources, promised: Collection[UUID], processes: int | None) -> tuple[Report, bool]:
    """One pass; also whether anything moved meanwhile."""
    async with reading(sources) as consumer:
        known = await acknowledged(sources, consumer.assignment())
        async with snapshots(sources) as books:
            size = sum([await book.one(BYTES) for book in books.values()])
            with (
                tempfile.TemporaryDirectory(prefix="qonys-audit-") as folder,
                crew(processes or (PROCESSES if size > ALONE_BYTES else 1)) as workers,
            ):
                look = Look(
                    sources=sources,
                    folder=Path(folder),
                    shares=workers.size,
                    spans=Spans(max(workers.size, 1 << (size // SPAN_BYTES).bit_length())),
                    extent=await extent(sources, consumer),
                    taken={name: book.name for name, book in books.items()},
                    acknowledged=known,
                    since=await books["intake"].one(SINCE),
                )
                report, strangers = await _share(workers, look, books, promised)
            lasts = {name: await book.one(LAST) for name, book in books.items()}
    async with snapshots(sources) as now:
        await _judge_strangers(strangers, now, report)
        moved = lasts != {name: await book.one(LAST) for name, book in now.items()}
    return report, moved or report.in_flight > 0


async def _share(
    workers: Crew, look: Look, books: Mapping[str, Snapshot], promised: Collection[UUID]
) -> tuple[Report, Mapping[UUID, str]]:
    """Topics first, then families; meanwhile, here, what cannot be shared. The strangers: see Telling."""
    report = Report()
    unreadable = sum(await workers.do(lay_down_share, look))
    if unreadable:
        report["told"].notes["no event of anybody"] += unreadable
    judged, _ = await all_of(workers.do(judge_share, look), _judge_wholes(books, promised, report))
    for part in judged:
        report.add(part.report)
    return report, {stranger: what for part in judged for stranger, what in part.strangers.items()}


async def _judge_wholes(books: Mapping[str, Snapshot], promised: Collection[UUID], report: Report) -> None:
    await judge_promised(books["intake"], promised, report)
    await judge_quotas(books["verification"], report)
    await judge_waits(books, report)


async def _judge_strangers(
    strangers: Mapping[UUID, str], now: Mapping[str, Snapshot], report: Report
) -> None:
    """They may have been told after their outbox was looked at."""
    known: set[UUID] = set()
    for book in now.values() if strangers else ():
        known |= {row["id"] for row in await book.rows(KNOWN, list(strangers))}
    for stranger, what in strangers.items():
        if stranger not in known:
            report["told"].fault(stranger, what)
