"""One family with all that every database and every topic holds of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from console.audit.readers import READERS
from console.audit.shelf import Piece
from console.audit.sources import Row
from console.audit.told import Told, named
from contracts.integration import REFERRALS, REPLIES, ReferralAccepted, ReferralDeclined, ReferralDone
from messaging.ids import quick

_REPLIED = named(ReferralAccepted, ReferralDeclined, ReferralDone)


@dataclass(kw_only=True)
class Family:
    """`told` has the events for each topic as told, `heard` those for each reader; `kept`: what lies on each
    topic; `held`: the rows of each table. `unsettled` and `undecided`: ids of events for each reader, also of
    other families."""

    id: UUID
    told: dict[str, Sequence[Told]] = field(default_factory=dict)
    heard: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    held: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    kept: Mapping[str, Sequence[Piece]] = field(default_factory=dict)
    unsettled: Mapping[str, set[UUID]] = field(default_factory=dict)
    undecided: Mapping[str, set[UUID]] = field(default_factory=dict)

    def add(self, topic: str, events: Sequence[Told]) -> None:
        """All of its events on this topic."""
        self.told[topic] = events
        for event in events:
            for reader in READERS.get(event.type, ()):
                self.heard[reader].append(event)

    def on(self, topic: str) -> Sequence[Told]:
        return self.told.get(topic, ())

    def all_told(self) -> Iterator[Told]:
        for events in self.told.values():
            yield from events

    def rows(self, table: str) -> Sequence[Row]:
        return self.held.get(table, ())

    def row(self, table: str) -> Row | None:
        rows = self.held.get(table)
        return rows[0] if rows else None

    def decided_by(self, reader: str, topic: str | None = None) -> Sequence[Told]:
        """What this reader has heard and decided, of one topic or of all."""
        heard = self.on(topic) if topic else self.heard.get(reader, ())
        unsettled, undecided = self.unsettled[reader], self.undecided[reader]
        if not unsettled and not undecided:
            return heard
        return [event for event in heard if event.id not in unsettled and event.id not in undecided]

    @cached_property
    def replies(self) -> Sequence[UUID]:
        """What providers told about it and still lies on their topic; they have no outbox here."""
        return [piece.id for piece in self.kept.get(REPLIES, ())]

    @cached_property
    def lost_replies(self) -> frozenset[UUID]:
        """What must have been replies, for something followed from them, and lies on no topic."""
        causes = {event.cause for event in self.on(REFERRALS) if event.type in _REPLIED}
        causes -= {str(reply) for reply in self.replies}
        ours = {event.id for event in self.all_told()} if causes else ()
        ids = (_id(cause) for cause in causes)
        return frozenset(cause for cause in ids if cause and cause not in ours)


def _id(text: str | None) -> UUID | None:
    try:
        return quick(text or "")
    except ValueError:
        return None
