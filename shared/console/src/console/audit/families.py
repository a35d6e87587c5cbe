"""One family with all that every database and every topic holds of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from uuid import UUID

import msgspec

from console.audit.marks import Mark, head_of, named
from console.audit.readers import READERS
from console.audit.shelf import Piece
from console.audit.sources import Row, UnreadableSourceError
from contracts import EVENTS
from contracts.integration import REFERRALS, REPLIES, ReferralAccepted, ReferralDeclined, ReferralDone
from messaging.ids import quick


class Told(msgspec.Struct, frozen=True, gc=False):
    """One event of an outbox. `cause`: the id of the message on which it was decided."""

    teller: str
    id: UUID
    type: str
    cause: str | None
    mark: Mark
    checksum: int
    body: bytes | None

    @property
    def fact(self) -> Any:
        """The event class with all its fields, of a type in `marks.STUDIED`."""
        assert self.body is not None, f"{self.type} is not studied"
        return _facts(self.type).decode(self.body).data


@cache
def _facts(name: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(msgspec.defstruct("_Fact", [("data", EVENTS[name])]))


def kept(teller: str, identity: UUID, piece: Piece) -> Told:
    """An event of an outbox that lies on its topic."""
    return Told(teller, identity, piece.type, piece.cause, piece.mark, piece.checksum, piece.body)


def told(teller: str, identity: UUID, checksum: int, body: bytes) -> Told:
    """One that does not, or not so. Raises UnreadableSourceError: what an outbox holds was written by us."""
    try:
        head = head_of(body)
    except msgspec.DecodeError as error:
        raise UnreadableSourceError(
            f"event {identity} in the outbox of {teller} is no event ({error})", remedy="who has changed it?"
        ) from error
    return Told(teller, identity, head.type, head.causationid, head.data, checksum, body)


def of_type(events: Iterable[Told], names: Collection[str]) -> list[Told]:
    return [event for event in events if event.type in names]


_REPLIED = named(ReferralAccepted, ReferralDeclined, ReferralDone)


@dataclass(kw_only=True)
class Family:
    """`told` has the events for each topic, `heard` for each reader, both in the order told; `held` the rows
    of each table. `unsettled` and `undecided`: ids of events for each reader, also of other families."""

    id: UUID
    told: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    heard: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    held: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    kept: Sequence[Piece] = ()
    unsettled: Mapping[str, set[UUID]] = field(default_factory=dict)
    undecided: Mapping[str, set[UUID]] = field(default_factory=dict)

    def add(self, topic: str, event: Told) -> None:
        self.told[topic].append(event)
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
        return [quick(piece.event) for piece in self.kept if piece.topic == REPLIES]

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
