"""The whole audit: reads everything once, judges every family, and looks twice where things were moving."""

from console.audit.certificates import judge_certificates
from console.audit.families import Family, families
from console.audit.messages import judge_messages
from console.audit.places import judge_places
from console.audit.quota import judge_quotas
from console.audit.referrals import judge_referrals
from console.audit.report import Report
from console.audit.sources import Sources, snapshots
from console.audit.telling import Telling
from console.audit.topics import acknowledged, read_topics, reading
from console.audit.waits import judge_waits
from contracts.integration import REPLIES

#: The age of the outboxes: what is older was told by events that are no longer kept.
SINCE = "SELECT min(told_at) FROM outbox"
LAST = "SELECT coalesce(max(batch), 0) FROM outbox"


async def audit(sources: Sources) -> Report:
    """Recomputes everything. The databases' snapshots are not of the same moment: while services are at
    work a fault counts when it is seen a second time. Raises UnreadableSourceError."""
    report, moving = await _look(sources)
    if report.clean or not moving:
        return report
    again, _ = await _look(sources)
    return again.seen_again(report)


async def _look(sources: Sources) -> tuple[Report, bool]:
    """One pass; also whether anything moved meanwhile."""
    report = Report()
    async with reading(sources) as consumer:
        known = await acknowledged(sources, consumer.assignment())
        async with snapshots(sources) as books:
            topics = await read_topics(sources, consumer)
            telling = Telling(report, topics, known)
            since = await books["intake"].one(SINCE)
            async for batch in families(books, topics):
                for family in batch:
                    telling.judge(family)
                    if _is_whole(family, since):
                        _judge(family, report, replies_kept=REPLIES not in topics.trimmed)
                    else:
                        report["places"].notes["older than the outbox"] += 1
            await judge_quotas(books["verification"], report)
            await judge_waits(books, report)
            lasts = {name: await book.one(LAST) for name, book in books.items()}
            async with snapshots(sources) as now:
                await telling.finish(now)
                moved = lasts != {name: await book.one(LAST) for name, book in now.items()}
    _note(report, topics.unreadable)
    return report, moved or report.in_flight > 0


def _judge(family: Family, report: Report, *, replies_kept: bool) -> None:
    judge_places(family, report)
    judge_certificates(family, report)
    judge_referrals(family, report, replies_kept=replies_kept)
    judge_messages(family, report)


def _is_whole(family: Family, since: object) -> bool:
    """Whether the outboxes still hold all that was told of it."""
    row = family.row("applications")
    submitted = row["submitted_at"] if row else None
    return not (since and submitted and submitted < since)


def _note(report: Report, unreadable: int) -> None:
    if unreadable:
        report["told"].notes["no event of anybody"] += unreadable
