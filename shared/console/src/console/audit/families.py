"""One family after the other, with all that every database and every topic holds of it."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from console.audit.readers import HEARD_TYPES
from console.audit.sources import Row, Snapshot
from console.audit.topics import Kept, Topics
from contracts import Envelope, open_event, read_envelope
from contracts.integration import REPLIES

#: Who hears what providers tell.
READS_REPLIES = "integration-support"
#: So many events are asked about at once, whether their readers have settled them.
BATCH_EVENTS = 20_000

OUTBOX = """
SELECT o.subject AS application_id, o.id, o.topic, o.body, u.batch IS NOT NULL AS untold
FROM outbox AS o LEFT JOIN untold AS u USING (batch) ORDER BY o.subject, o.batch, o.place
"""
#: Name of what is held of each family → (service, its rows in the order of families).
HELD: Mapping[str, tuple[str, str]] = {
    "applications": (
        "intake",
        "SELECT application_id, state, submitted_at FROM applications ORDER BY application_id",
    ),
    "cases": (
        "verification",
        """
        SELECT application_id, c.stage, p.state AS place, d.number, d.state AS certificate, d.cap_tenge,
          b.certificate_number, b.amount_tenge, b.price_tenge
        FROM cases AS c FULL JOIN places AS p USING (application_id)
          FULL JOIN certificates AS d USING (application_id) FULL JOIN payments AS b USING (application_id)
        ORDER BY application_id
        """,
    ),
    "messages": (
        "notification",
        "SELECT application_id, message_id, channel, state, cause FROM messages ORDER BY application_id",
    ),
    "held_news": (
        "notification",
        "SELECT application_id, message_id FROM held_news ORDER BY application_id",
    ),
    "referrals": (
        "integration-support",
        "SELECT application_id, referral_id, state FROM referrals ORDER BY application_id",
    ),
}
#: Parked, or taken away by a person: settled, but nothing was decided.
UNDECIDED = "SELECT id FROM parked UNION SELECT message_id FROM parked_acts WHERE act = 'discarded'"


@dataclass(slots=True)
class Told:
    """One event of an outbox; `untold`: the relay has not told the broker yet."""

    teller: str
    topic: str
    id: UUID
    untold: bool
    type: str
    envelope: Envelope

    @property
    def fact(self) -> Any:
        return open_event(self.envelope)


@dataclass(kw_only=True)
class Family:
    """All of one application. `unsettled` and `undecided` hold event ids for each reader."""

    id: UUID
    told: Mapping[str, Sequence[Told]]
    held: Mapping[str, Sequence[Row]]
    kept: Sequence[Kept]
    unsettled: dict[str, set[UUID]] = field(default_factory=dict)
    undecided: Mapping[str, set[UUID]] = field(default_factory=dict)

    def by(self, teller: str) -> Sequence[Told]:
        return self.told.get(teller, ())

    def all_told(self) -> Iterator[Told]:
        for told in self.told.values():
            yield from told

    def rows(self, name: str) -> Sequence[Row]:
        return self.held.get(name, ())

    def row(self, name: str) -> Row | None:
        return next(iter(self.rows(name)), None)

    @cached_property
    def replies(self) -> Sequence[Kept]:
        """What providers told about it; they have no outbox here."""
        return [kept for kept in self.kept if kept.topic == REPLIES]

    @cached_property
    def heard(self) -> Mapping[str, Sequence[Told]]:
        """For each reader what it hears, in the order told by each teller."""
        every = list(self.all_told())
        return {
            reader: [told for told in every if told.type in types] for reader, types in HEARD_TYPES.items()
        }

    def decided_by(self, reader: str) -> list[Told]:
        """What this reader has heard and decided, in the order told by each teller."""
        heard, without = self.heard[reader], self.unsettled[reader] | self.undecided[reader]
        return [told for told in heard if told.id not in without] if without else list(heard)


class _Shelf:
    """Rows in the order of families, read a family at a time."""

    def __init__(self, chunks: AsyncIterator[Sequence[Row]]) -> None:
        self._chunks = chunks
        self._rows: Sequence[Row] = ()
        self._at = 0

    async def next_family(self) -> UUID | None:
        """Whose rows come next; None at the end."""
        if self._at == len(self._rows):
            try:
                self._rows, self._at = await anext(self._chunks), 0
            except StopAsyncIteration:
                self._rows, self._at = (), 0
        family: UUID | None = self._rows[self._at]["application_id"] if self._rows else None
        return family

    async def take(self, family: UUID) -> list[Row]:
        taken: list[Row] = []
        while await self.next_family() == family:
            taken.append(self._rows[self._at])
            self._at += 1
        return taken


async def families(books: Mapping[str, Snapshot], topics: Topics) -> AsyncIterator[list[Family]]:
    """Some families at a time, in the order of their ids: memory is bounded by one batch."""
    undecided = {name: {row["id"] for row in await book.rows(UNDECIDED)} for name, book in books.items()}
    batch: list[Family] = []
    events = 0
    async with aclosing(_merged(books, topics, undecided)) as merged:
        async for family in merged:
            batch.append(family)
            events += len(family.kept) + 1
            if events >= BATCH_EVENTS:
                yield await _asked(books, batch)
                batch, events = [], 0
    yield await _asked(books, batch)


async def _merged(
    books: Mapping[str, Snapshot], topics: Topics, undecided: Mapping[str, set[UUID]]
) -> AsyncGenerator[Family, None]:
    outboxes = {name: _Shelf(book.chunks(OUTBOX)) for name, book in books.items()}
    shelves = {name: _Shelf(books[service].chunks(sql)) for name, (service, sql) in HELD.items()}
    told = topics.families()
    kept = next(told, None)
    while True:
        heads = [await shelf.next_family() for shelf in (*outboxes.values(), *shelves.values())]
        if kept is not None:
            heads.append(kept[0])
        first = min((head for head in heads if head is not None), default=None)
        if first is None:
            return
        family = Family(
            id=first,
            told={
                name: [_told(name, row) for row in await box.take(first)] for name, box in outboxes.items()
            },
            held={name: await shelf.take(first) for name, shelf in shelves.items()},
            kept=kept[1] if kept is not None and kept[0] == first else (),
            undecided=undecided,
        )
        if kept is not None and kept[0] == first:
            kept = next(told, None)
        yield family


def _told(teller: str, row: Row) -> Told:
    envelope = read_envelope(row["body"])
    return Told(teller, row["topic"], row["id"], row["untold"], envelope.type, envelope)


async def _asked(books: Mapping[str, Snapshot], batch: list[Family]) -> list[Family]:
    """Asks each reader which events of these families it has not settled."""
    for reader, book in books.items():
        ids = [told.id for family in batch for told in family.heard[reader]]
        if reader == READS_REPLIES:
            ids += [kept.id for family in batch for kept in family.replies]
        missing = await book.unsettled(ids)
        for family in batch:
            family.unsettled[reader] = missing
    return batch
