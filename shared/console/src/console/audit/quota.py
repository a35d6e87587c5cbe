"""The quotas, counted anew from all decisions in the order in which they were taken."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Any, NamedTuple
from uuid import UUID

from console.audit.report import Report
from console.audit.sources import Snapshot
from contracts import open_event, read_envelope, spec_of
from contracts.verification import (
    DECISIONS,
    CertificateIssued,
    QuotaReleased,
    QuotaReserved,
    QuotaWaitlisted,
)

TOLD = f"SELECT body FROM outbox WHERE topic = '{DECISIONS}' ORDER BY batch, place"  # noqa: S608 (a constant)
LEDGERS = """
SELECT l.*, e.ordered, e.reserved AS entered_reserved, e.issued AS entered_issued
FROM ledgers AS l LEFT JOIN (
  SELECT year, region, category,
    sum(people) FILTER (WHERE source = 'order') AS ordered,
    coalesce(sum(people) FILTER (WHERE target = 'reserved'), 0)
      - coalesce(sum(people) FILTER (WHERE source = 'reserved'), 0) AS reserved,
    coalesce(sum(people) FILTER (WHERE target = 'issued'), 0)
      - coalesce(sum(people) FILTER (WHERE source = 'issued'), 0) AS issued
  FROM quota_entries GROUP BY year, region, category
) AS e USING (year, region, category)
ORDER BY year, region, category
"""
#: Claims older than the outbox: it was cut by retention, and cannot tell the whole sequence any more.
OLDER = "SELECT count(*) FROM places WHERE decided_at < (SELECT min(told_at) FROM outbox)"


class Key(NamedTuple):
    """`region` is the KATO of a region."""

    year: int
    region: str
    category: str

    def __str__(self) -> str:
        return f"{self.year}/{self.region}/{self.category}"


@dataclass(slots=True)
class Counted:
    """One quota as the events have it so far, in people; `turns` is the waiting list, the next one first
    (families that have left it are dropped when they come to its head)."""

    quota: int
    reserved: int = 0
    issued: int = 0
    waiting: dict[UUID, int] = field(default_factory=dict)
    turns: list[tuple[datetime, UUID]] = field(default_factory=list)
    numbers: int = 0

    @property
    def free(self) -> int:
        return self.quota - self.reserved - self.issued

    def first(self) -> UUID | None:
        while self.turns and self.turns[0][1] not in self.waiting:
            heappop(self.turns)
        return self.turns[0][1] if self.turns else None


class Move(NamedTuple):
    """One decision about one family's place."""

    key: Key
    ledger: Counted
    family: UUID
    fact: Any
    at: datetime


class Recount:
    """Takes decisions one by one; what cannot be is said of the ledger at once."""

    def __init__(self, report: Report, counted: dict[Key, Counted]) -> None:
        self._report = report
        self._counted = counted
        self._claims: dict[UUID, tuple[str, int]] = {}  # what each family holds now

    def take(self, body: bytes) -> None:
        envelope = read_envelope(body)
        step = _STEPS.get(envelope.type)
        if step is None:
            return
        fact: Any = open_event(envelope)
        key = _key(fact)
        ledger = self._counted.get(key)
        if ledger is None:
            self._report["quota"].fault(key, "is a quota of which people were told, and there is none")
            return
        step(self, Move(key, ledger, envelope.subject, fact, envelope.time))
        if ledger.free < 0:
            what = f"was oversold by {-ledger.free} people when {envelope.id} was told"
            self._report["quota"].fault(key, what)

    def waitlisted(self, move: Move) -> None:
        ledger, people = move.ledger, move.fact.people
        ledger.waiting[move.family] = people
        heappush(ledger.turns, (move.at, move.family))
        self._claims[move.family] = ("waiting", people)
        position, turn = move.fact.position, len(ledger.waiting)
        what = f"was told position {position} and is number {turn} of {move.key}"
        self._report["waiting"].check(position == turn, move.family, what)

    def reserved(self, move: Move) -> None:
        first = move.ledger.first()
        what = f"was given a place in {move.key} before {first}"
        self._report["waiting"].check(first in (None, move.family), move.family, what)
        move.ledger.waiting.pop(move.family, None)
        move.ledger.reserved += move.fact.people
        self._claims[move.family] = ("reserved", move.fact.people)

    def issued(self, move: Move) -> None:
        ledger, wanted = move.ledger, move.fact.people
        state, people = self._claims.get(move.family, ("nothing", 0))
        if (state, people) != ("reserved", wanted):
            what = f"got a certificate for {wanted} people in {move.key} and held {state} for {people}"
            self._report["quota"].fault(move.family, what)
        ledger.reserved -= people if state == "reserved" else 0
        ledger.issued += wanted
        ledger.numbers += 1
        if int(move.fact.number[-6:]) != ledger.numbers:
            what = f"got number {move.fact.number}, and it was certificate {ledger.numbers} of {move.key}"
            self._report["certificates"].fault(f"{move.family}/number", what)
        self._claims[move.family] = ("issued", wanted)

    def released(self, move: Move) -> None:
        state, people = self._claims.pop(move.family, ("nothing", 0))
        if state == "nothing":
            what = f"gave back a place in {move.key} that it did not hold"
            self._report["quota"].fault(move.family, what)
        move.ledger.waiting.pop(move.family, None)
        move.ledger.reserved -= people if state == "reserved" else 0
        move.ledger.issued -= people if state == "issued" else 0


_STEPS: Mapping[str, Callable[[Recount, Move], None]] = {
    spec_of(QuotaWaitlisted).type: Recount.waitlisted,
    spec_of(QuotaReserved).type: Recount.reserved,
    spec_of(CertificateIssued).type: Recount.issued,
    spec_of(QuotaReleased).type: Recount.released,
}


async def judge_quotas(verification: Snapshot, report: Report) -> None:
    """Every ledger's counts, the entries that explain them, and the recount from the events must agree."""
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
        wrong = [*_by_entries(row), *(_by_events(row, ledger) if recounted else ())]
        report["quota"].check(not wrong, key, "; ".join(wrong))
        if recounted:
            _waits_for_nothing(key, ledger, report)


def _key(fact: Any) -> Key:
    """A certificate's number holds the year of its quota: KZ-59-2026-R000001."""
    year = int(fact.number.split("-")[2]) if isinstance(fact, CertificateIssued) else fact.year
    return Key(year, fact.region, fact.category.value)


def _by_entries(row: Any) -> Iterator[str]:
    entered = (row["ordered"], row["entered_reserved"], row["entered_issued"])
    if entered != (row["quota"], row["reserved"], row["issued"]):
        yield f"has {_counts(row)} and its entries make {entered}"


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
