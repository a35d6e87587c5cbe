"""The quotas: what ledgers hold, what their entries explain, and what the decisions told make of them."""

from collections.abc import Iterator
from typing import Any

from console.audit.recount import Counted, Key, Recount
from console.audit.report import Report
from console.audit.sources import Snapshot
from contracts.verification import DECISIONS

TOLD = f"SELECT body FROM outbox WHERE topic = '{DECISIONS}' ORDER BY batch, place"  # noqa: S608 (a constant)
#: Each ledger beside the entries that explain it, and the families' places.
LEDGERS = """
SELECT l.*, e.ordered, e.reserved AS entered_reserved, e.issued AS entered_issued,
  coalesce(p.reserved, 0) AS placed_reserved, coalesce(p.issued, 0) AS placed_issued,
  coalesce(p.waiting, 0) AS placed_waiting
FROM ledgers AS l LEFT JOIN (
  SELECT year, region, category,
    sum(people) FILTER (WHERE source = 'order') AS ordered,
    coalesce(sum(people) FILTER (WHERE target = 'reserved'), 0)
      - coalesce(sum(people) FILTER (WHERE source = 'reserved'), 0) AS reserved,
    coalesce(sum(people) FILTER (WHERE target = 'issued'), 0)
      - coalesce(sum(people) FILTER (WHERE source = 'issued'), 0) AS issued
  FROM quota_entries GROUP BY year, region, category
) AS e USING (year, region, category) LEFT JOIN (
  SELECT year, region, category, sum(people) FILTER (WHERE state = 'reserved') AS reserved,
    sum(people) FILTER (WHERE state = 'issued') AS issued,
    count(*) FILTER (WHERE state = 'waiting') AS waiting
  FROM places GROUP BY year, region, category
) AS p USING (year, region, category)
ORDER BY year, region, category
"""
#: Claims older than the outbox: it was cut by retention, and cannot tell the whole sequence any more.
OLDER = "SELECT count(*) FROM places WHERE decided_at < (SELECT min(told_at) FROM outbox)"


async def judge_quotas(verification: Snapshot, report: Report) -> None:
    """Every ledger's counts, its entries, the families' places and the recount from the events must agree."""
    rows = await verification.rows(LEDGERS)
    counted = {Key(row["year"], row["region"], row["category"]): Counted(row["quota"]) for row in rows}
    recounted = not await verification.one(OLDER)
    if recounted:
        recount = Recount(report, counted)
        async for bodies in verification.chunks(TOLD):
            for row in bodies:
                recount.take(row["body"])
    else:
        report["quota"].notes["compared with its entries only: the outbox does not go back far enough"] += 1
    for row, (key, ledger) in zip(rows, counted.items(), strict=True):
        wrong = [*_by_entries(row), *_by_places(row), *(_by_events(row, ledger) if recounted else ())]
        report["quota"].check(not wrong, key, "; ".join(wrong))
        if recounted:
            _waits_for_nothing(key, ledger, report)


def _by_entries(row: Any) -> Iterator[str]:
    entered = (row["ordered"], row["entered_reserved"], row["entered_issued"])
    if entered != (row["quota"], row["reserved"], row["issued"]):
        yield f"has {_counts(row)} and its entries make {entered}"


def _by_places(row: Any) -> Iterator[str]:
    placed = (row["placed_reserved"], row["placed_issued"], row["placed_waiting"])
    if placed != (row["reserved"], row["issued"], row["families_waiting"]):
        yield f"has {_counts(row)} and the families' places make {placed}"


def _by_events(row: Any, ledger: Counted) -> Iterator[str]:
    said = (ledger.reserved, ledger.issued, len(ledger.waiting), ledger.numbers)
    if said != (row["reserved"], row["issued"], row["families_waiting"], row["last_number"]):
        yield f"has {_counts(row)} and the events make {said}"


def _counts(row: Any) -> str:
    names = ("quota", "reserved", "issued", "families_waiting", "last_number")
    return ", ".join(f"{name} {row[name]}" for name in names)


def _waits_for_nothing(key: Key, ledger: Counted, report: Report) -> None:
    first = ledger.first()
    people = ledger.waiting[first] if first else 0
    right = first is None or people > ledger.free
    what = f"has {ledger.free} places free, and {first} with {people} people waits for them"
    report["waiting"].check(right, key, what)
