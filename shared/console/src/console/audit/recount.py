"""The quotas counted anew: every decision about places, in the order in which it was taken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from console.audit.report import Report
from contracts import open_event, read_envelope, spec_of
from contracts.verification import (
    CertificateIssued,
    QuotaReleased,
    QuotaReserved,
    QuotaWaitlisted,
)


class _Type(msgspec.Struct, frozen=True, gc=False):
    type: str


_types = msgspec.json.Decoder(_Type)


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


class Claim(NamedTuple):
    """What a family holds of a quota: `state` as in verification's `places`."""

    state: str
    key: Key
    people: int


class Move(NamedTuple):
    """One decision about one family's place."""

    key: Key
    ledger: Counted
    family: UUID
    name: str  # type of the event
    fact: Any
    at: datetime


class Recount:
    """Takes decisions one by one; what cannot be is said of the ledger at once."""

    def __init__(self, report: Report, counted: dict[Key, Counted]) -> None:
        self._report = report
        self._counted = counted
        self._claims: dict[UUID, Claim] = {}  # what each family holds now

    def take(self, body: bytes) -> None:
        step = _STEPS.get(_types.decode(body).type)
        if step is None:
            return
        envelope = read_envelope(body)
        fact: Any = open_event(envelope)
        key = _key(fact)
        ledger = self._counted.get(key)
        if ledger is None:
            self._report["quota"].fault(key, "is a quota of which people were told, and there is none")
            return
        step(self, Move(key, ledger, envelope.subject, envelope.type, fact, envelope.time))
        if ledger.free < 0:
            what = f"was oversold by {-ledger.free} people when {envelope.id} was told"
            self._report["quota"].fault(key, what)

    def waitlisted(self, move: Move) -> None:
        self._must_hold(move, None)
        ledger = move.ledger
        ledger.waiting[move.family] = move.fact.people
        heappush(ledger.turns, (move.at, move.family))
        self._holds(move, "waiting")
        position, turn = move.fact.position, len(ledger.waiting)
        what = f"was told position {position} and is number {turn} of {move.key}"
        self._report["waiting"].check(position == turn, move.family, what)

    def reserved(self, move: Move) -> None:
        self._must_hold(move, None, "waiting")
        first = move.ledger.first()
        what = f"was given a place in {move.key} before {first}"
        self._report["waiting"].check(first in (None, move.family), move.family, what)
        move.ledger.waiting.pop(move.family, None)
        move.ledger.reserved += move.fact.people
        self._holds(move, "reserved")

    def issued(self, move: Move) -> None:
        held = self._must_hold(move, "reserved")
        ledger = move.ledger
        ledger.reserved -= held.people if held and held.state == "reserved" else 0
        ledger.issued += move.fact.people
        ledger.numbers += 1
        if int(move.fact.number[-6:]) != ledger.numbers:
            what = f"got number {move.fact.number}, and it was certificate {ledger.numbers} of {move.key}"
            self._report["certificates"].fault(f"{move.family}/number", what)
        self._holds(move, "issued")

    def released(self, move: Move) -> None:
        held = self._must_hold(move, "waiting", "reserved", "issued")
        self._claims.pop(move.family, None)
        move.ledger.waiting.pop(move.family, None)
        move.ledger.reserved -= held.people if held and held.state == "reserved" else 0
        move.ledger.issued -= held.people if held and held.state == "issued" else 0

    def _holds(self, move: Move, state: str) -> None:
        self._claims[move.family] = Claim(state, move.key, move.fact.people)

    def _must_hold(self, move: Move, *states: str | None) -> Claim | None:
        """What the family holds before this move: one of these, in the same quota, for as many people. What
        is given twice is counted twice wherever it is counted; only the family's own claim shows it."""
        held = self._claims.get(move.family)
        said = (move.key, move.fact.people)
        if (held and held.state) not in states or (held and (held.key, held.people) != said):
            has = f"held {held.state} for {held.people} in {held.key}" if held else "held nothing"
            what = f"{has} when {move.name} was told for {move.fact.people} in {move.key}"
            self._report["quota"].fault(move.family, what)
        return held


_STEPS: Mapping[str, Callable[[Recount, Move], None]] = {
    spec_of(QuotaWaitlisted).type: Recount.waitlisted,
    spec_of(QuotaReserved).type: Recount.reserved,
    spec_of(CertificateIssued).type: Recount.issued,
    spec_of(QuotaReleased).type: Recount.released,
}


def _key(fact: Any) -> Key:
    """A certificate's number holds the year of its quota: KZ-59-2026-R000001."""
    year = int(fact.number.split("-")[2]) if isinstance(fact, CertificateIssued) else fact.year
    return Key(year, fact.region, fact.category.value)
