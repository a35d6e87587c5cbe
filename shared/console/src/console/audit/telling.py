"""Whether what was told is on its topic, in order, and settled by everybody who hears it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from console.audit.families import READS_REPLIES, Family, Told
from console.audit.report import Report
from console.audit.sources import Snapshot
from console.audit.topics import Acknowledged, Kept, Topics
from contracts.integration import REPLIES

KNOWN = "SELECT id FROM outbox WHERE id = ANY($1::uuid[])"


class Telling:
    """Judges families; what was on a topic and in no outbox is asked about once more at the end, since it
    may have been told after its outbox was looked at."""

    def __init__(self, report: Report, topics: Topics, acknowledged: Acknowledged) -> None:
        self._report = report
        self._trimmed = topics.trimmed
        self._acknowledged = acknowledged
        self.strangers: dict[UUID, str] = {}

    def judge(self, family: Family) -> None:
        kept: dict[str, list[Kept]] = defaultdict(list)
        for record in family.kept:
            kept[record.topic].append(record)
        told: dict[str, list[Told]] = defaultdict(list)
        for event in family.all_told():
            told[event.topic].append(event)
        for topic in {*kept, *told} - {REPLIES}:
            self._topic(family, topic, told[topic], kept[topic])
        self._settled(family)

    def _topic(self, family: Family, topic: str, told: Sequence[Told], kept: Sequence[Kept]) -> None:
        there = {record.id for record in kept}
        self._report["told"].notes["told more than once"] += len(kept) - len(there)
        for stranger in there - {event.id for event in told}:
            self.strangers[stranger] = f"is on {topic} about {family.id}, and nobody told it"
        expected = self._still_kept(topic, [event for event in told if not event.untold], there)
        for event in expected:
            self._report["told"].check(event.id in there, event.id, _not_there(event, family))
        known = {event.id for event in expected}
        wanted = [event.id for event in expected if event.id in there]
        orders = _orders([record for record in kept if record.id in known])
        right = not wanted or wanted in orders.values()
        what = f"is in {len(orders)} partitions" if len(orders) > 1 else "is not in the order of the outbox"
        self._report["order"].check(right, family.id, f"{what} on {topic}")

    def _still_kept(self, topic: str, told: Sequence[Told], there: set[UUID]) -> Sequence[Told]:
        """Without the beginning that the topic's retention has removed, if it has removed anything."""
        if topic not in self._trimmed:
            return told
        first = next((place for place, event in enumerate(told) if event.id in there), len(told))
        self._report["told"].notes["older than its topic's retention"] += first
        return told[first:]

    def _settled(self, family: Family) -> None:
        for reader in self._acknowledged:
            unsettled = family.unsettled[reader]
            replies = family.replies if reader == READS_REPLIES else ()
            self._report["settled"].examined += len(family.heard[reader]) + len(replies)
            if unsettled:
                heard = {event.id: event.type for event in family.heard[reader]}
                heard |= dict.fromkeys((reply.id for reply in replies), "a provider's reply")
                for identity in heard.keys() & unsettled:
                    self._missing(reader, family, identity, heard[identity], _first(family, identity))

    def _missing(self, reader: str, family: Family, identity: UUID, name: str, at: Kept | None) -> None:
        untold = any(event.id == identity and event.untold for event in family.all_told())
        if untold or (at and at.offset >= self._acknowledged[reader].get((at.topic, at.partition), 0)):
            self._report.in_flight += 1
            return
        what = f"({name} about {family.id}) was never settled by {reader}"
        self._report["settled"].fault(f"{identity}/{reader}", what)

    async def finish(self, books: Mapping[str, Snapshot]) -> None:
        """`books` as they are now."""
        known: set[UUID] = set()
        for book in books.values() if self.strangers else ():
            known |= {row["id"] for row in await book.rows(KNOWN, list(self.strangers))}
        for stranger, what in self.strangers.items():
            if stranger not in known:
                self._report["told"].fault(stranger, what)


def _first(family: Family, identity: UUID) -> Kept | None:
    return next((record for record in family.kept if record.id == identity), None)


def _not_there(event: Told, family: Family) -> str:
    return f"({event.type} about {family.id}) was told by {event.teller} and is not on {event.topic}"


def _orders(kept: Sequence[Kept]) -> dict[int, list[UUID]]:
    """For each partition the events in the order in which each was told first: repetitions do no harm."""
    orders: dict[int, dict[UUID, None]] = defaultdict(dict)
    for record in kept:
        orders[record.partition].setdefault(record.id)
    return {partition: list(ids) for partition, ids in orders.items()}
