"""One look at everything, in two steps that processes share: topics are laid down, then families judged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from console.audit.certificates import judge_certificates
from console.audit.checks import judge_checks
from console.audit.families import Family
from console.audit.gathering import families
from console.audit.messages import judge_messages
from console.audit.once import judge_once
from console.audit.places import judge_places
from console.audit.referrals import judge_referrals
from console.audit.report import Report
from console.audit.shelf import Shelf, Spans
from console.audit.sources import Sources, snapshots
from console.audit.telling import Telling
from console.audit.timeline import judge_timeline
from console.audit.topics import Acknowledged, Extent, lay_down

UNTOLD = "SELECT id FROM untold JOIN outbox USING (batch)"
#: Of families of which the outboxes still hold everything.
JUDGES: Sequence[Callable[[Family, Report], None]] = (
    judge_places,
    judge_timeline,
    judge_checks,
    judge_certificates,
    judge_referrals,
    judge_messages,
)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What whoever shares in it must know. `taken`: the snapshots' names; `since`: the outboxes' age."""

    sources: Sources
    folder: Path
    shares: int
    spans: Spans
    extent: Extent
    taken: Mapping[str, str]
    acknowledged: Acknowledged
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found of a share of the families; for `strangers` see Telling."""

    report: Report
    strangers: Mapping[UUID, str]


async def lay_down_share(look: Look, share: int) -> int:
    """Of the partitions; how many of their records are no event of anybody."""
    ends = dict(sorted(look.extent.ends.items())[share :: look.shares])
    return await lay_down(look.sources, ends, Shelf(look.folder, str(share), look.spans))


async def judge_share(look: Look, share: int) -> Judged:
    """Of the families, by their ids."""
    report, spans = Report(), look.spans.count
    mine = range(share * spans // look.shares, (share + 1) * spans // look.shares)
    async with snapshots(look.sources, taken=look.taken) as books:
        untold = [row["id"] for book in books.values() for row in await book.rows(UNTOLD)]
        telling = Telling(report, look.extent.trimmed, frozenset(untold), look.acknowledged)
        async for found in families(books, look.folder, look.spans, mine):
            for family in found:
                telling.judge(family)
                judge_once(family, report)
                _judge_whole(family, report, look.since)
    return Judged(report, telling.strangers)


def _judge_whole(family: Family, report: Report, since: datetime | None) -> None:
    application = family.row("applications")
    submitted = application["submitted_at"] if application else None
    if since and submitted and submitted < since:
        report["places"].notes["older than the outbox"] += 1
        return
    for judge in JUDGES:
        judge(family, report)
