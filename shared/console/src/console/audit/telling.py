"""Whether what was told is on its topic, in order, and settled by everybody who hears it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from console.audit.families import Family
from console.audit.gathering import READS_REPLIES
from console.audit.report import Report
from console.audit.shelf import Piece
from console.audit.told import Told
from console.audit.topics import Acknowledged, Place
from contracts.integration import REPLIES


class Kept(NamedTuple):
    """One record of a topic."""

    partition: int
    offset: int
    id: UUID
    said: bytes


@dataclass(frozen=True, slots=True)
class Telling:
    """Judges families. `untold`: events that no relay has told yet. `strangers` are on a topic and in no
    outbox: to be asked about at the end, for they may have been told after their outbox was looked at."""

    report: Report
    trimmed: frozenset[str]
    untold: frozenset[UUID]
    acknowledged: Acknowledged
    strangers: dict[UUID, str] = field(default_factory=dict)

    def judge(self, family: Family) -> None:
        for topic in {*family.kept, *family.told} - {REPLIES}:
            told, there = family.on(topic), family.kept.get(topic, ())
            if _as_told(told, there):
                self.report["told"].examined += len(told)
                self.report["order"].examined += 1
            else:
                self._compare(family, topic, told, [_kept(piece) for piece in there])
        self._settled(family)

    def _compare(self, family: Family, topic: str, told: Sequence[Told], kept: Sequence[Kept]) -> None:
        there = {record.id for record in kept}
        self.report["told"].notes["told more than once"] += len(kept) - len(there)
        for stranger in there - {event.id for event in told}:
            self.strangers[stranger] = f"is on {topic} about {family.id}, and nobody told it"
        expected = self._still_kept(topic, [event for event in told if event.id not in self.untold], there)
        for event in expected:
            self.report["told"].check(event.id in there, event.id, _not_there(event, family, topic))
        self._changed(family, topic, told, kept)
        known = {event.id for event in expected}
        wanted = [event.id for event in expected if event.id in there]
        orders = _orders([record for record in kept if record.id in known])
        right = not wanted or wanted in orders.values()
        what = f"is in {len(orders)} partitions" if len(orders) > 1 else "is not in the order of the outbox"
        self.report["order"].check(right, family.id, f"{what} on {topic}")

    def _changed(self, family: Family, topic: str, told: Sequence[Told], kept: Sequence[Kept]) -> None:
        said = {event.id: event.said for event in told}
        for record in kept:
            if said.get(record.id, record.said) != record.said:
                what = f"about {family.id} says something else on {topic} than in its outbox"
                self.report["told"].fault(record.id, what)

    def _still_kept(self, topic: str, told: Sequence[Told], there: set[UUID]) -> Sequence[Told]:
        """Without the beginning that the topic's retention has removed, if it has removed anything."""
        if topic not in self.trimmed:
            return told
        first = next((place for place, event in enumerate(told) if event.id in there), len(told))
        self.report["told"].notes["older than its topic's retention"] += first
        return told[first:]

    def _settled(self, family: Family) -> None:
        line = self.report["settled"]
        for reader in self.acknowledged:
            heard = family.heard.get(reader, ())
            replies = family.replies if reader == READS_REPLIES else ()
            line.examined += len(heard) + len(replies)
            unsettled = family.unsettled[reader]
            for event in heard if unsettled else ():
                if event.id in unsettled:
                    self._missing(reader, family, event.id, event.type)
            for reply in replies if unsettled else ():
                if reply in unsettled:
                    self._missing(reader, family, reply, "a provider's reply")

    def _missing(self, reader: str, family: Family, identity: UUID, name: str) -> None:
        if identity in self.untold or not self._is_acknowledged(reader, family, identity):
            self.report.in_flight += 1
            return
        what = f"({name} about {family.id}) was never settled by {reader}"
        self.report["settled"].fault(f"{identity}/{reader}", what)

    def _is_acknowledged(self, reader: str, family: Family, identity: UUID) -> bool:
        """Whether its reader says that it has it; so it does of what lies nowhere."""
        for topic, pieces in family.kept.items():
            for piece in pieces:
                if piece.octets == identity.bytes:
                    place = Place(topic, piece.partition)
                    return piece.offset < self.acknowledged[reader].get(place, 0)
        return True


def _as_told(told: Sequence[Told], kept: Sequence[Piece]) -> bool:
    """Exactly that, each once and in this order, was seen before; it must be in one partition."""
    return told is kept and kept[0].partition == kept[-1].partition


def _kept(piece: Piece) -> Kept:
    return Kept(piece.partition, piece.offset, piece.id, piece.said)


def _not_there(event: Told, family: Family, topic: str) -> str:
    return f"({event.type} about {family.id}) was told and is not on {topic}"


def _orders(kept: Sequence[Kept]) -> Mapping[int, list[UUID]]:
    """For each partition the events in the order in which each was told first: repetitions do no harm."""
    orders: dict[int, dict[UUID, None]] = defaultdict(dict)
    for record in kept:
        orders[record.partition].setdefault(record.id)
    return {partition: list(ids) for partition, ids in orders.items()}
