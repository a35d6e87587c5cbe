"""Gathers families span by span, with all that lies of them in four databases and on the topics.

Memory is bounded by one span; each row is looked at once.
"""

import struct
from bisect import bisect_right
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from console.audit.families import Family
from console.audit.shelf import Spans, pieces
from console.audit.sources import Cursor, Row, Snapshot, all_of
from console.audit.told import SAID_BYTES, told

#: Who hears what providers tell.
READS_REPLIES = "integration-support"

#: For each family and topic what was told, in order (`told.said`), and where each event stands (`BODIES`).
OUTBOX = """
SELECT subject, topic, string_agg(said, '' ORDER BY batch, place) AS said,
  string_agg(int8send(batch) || int4send(place), '' ORDER BY batch, place) AS places
FROM (
  SELECT subject, topic, batch, place, uuid_send(id) || int8send(crc32c(body)) AS said
  FROM outbox WHERE subject BETWEEN $1 AND $2 OFFSET 0
) AS told GROUP BY subject, topic ORDER BY subject
"""
_PLACE = struct.Struct(">qi")
#: Of those that lie on no topic: not told yet, or no longer kept, or lost.
BODIES = """
SELECT uuid_send(id) || int8send(crc32c(body)) AS said, body
FROM outbox JOIN unnest($1::bigint[], $2::int[]) AS wanted (batch, place) USING (batch, place)
"""
#: Table → whose it is, and what of it is compared.
HELD: Mapping[str, tuple[str, str]] = {
    "applications": ("intake", "state, submitted_at, entries"),
    "cases": ("verification", "stage"),
    "checks": ("verification", "register, member_id, state, times"),
    "places": ("verification", "state"),
    "certificates": ("verification", "number, state, cap_tenge"),
    "payments": ("verification", "certificate_number, amount_tenge, price_tenge"),
    "messages": ("notification", "message_id, channel, state, cause"),
    "contact_tasks": ("notification", "task_id"),
    "held_news": ("notification", "message_id"),
    "plans": ("integration-support", "plan_id"),
    "referrals": ("integration-support", "referral_id, state"),
}
#: Parked, or taken away by a person: settled, but nothing was decided.
UNDECIDED = "SELECT id FROM parked UNION SELECT message_id FROM parked_acts WHERE act = 'discarded'"


class _Outbox:
    """One service's outbox in the order of families."""

    def __init__(self, more: Cursor) -> None:
        self._more = more
        self._rows: Sequence[Row] = ()

    async def until(self, last: UUID) -> Sequence[Row]:
        """The rows that come next, up to those of this family."""
        taken: list[Row] = []
        while rows := self._rows or await self._more():
            end = bisect_right(rows, last, key=_family_of)
            taken += rows[:end]
            self._rows = rows[end:]
            if self._rows:
                break
        return taken


class _Families(dict[UUID, Family]):
    def __missing__(self, family: UUID) -> Family:
        made = self[family] = Family(id=family)
        return made


async def families(
    books: Mapping[str, Snapshot], folder: Path, spans: Spans, mine: Sequence[int]
) -> AsyncIterator[Collection[Family]]:
    """All that are in each of these spans, which must follow one another."""
    first, last = spans.first(mine[0]), spans.last(mine[-1])
    outboxes = {name: _Outbox(await book.cursor(OUTBOX, first, last)) for name, book in books.items()}
    undecided = {name: {row["id"] for row in await book.rows(UNDECIDED)} for name, book in books.items()}
    for span in mine:
        found = _Families()
        for identity, laid in pieces(folder, span).items():
            found[identity].kept = laid
        rows = await all_of(*(outbox.until(spans.last(span)) for outbox in outboxes.values()))
        for teller, groups in zip(outboxes, rows, strict=True):
            await _add_told(books[teller], teller, groups, found)
        await _add_held(books, spans.first(span), spans.last(span), found)
        unsettled = await _unsettled(books, found.values())
        for family in found.values():
            family.unsettled, family.undecided = unsettled, undecided
        yield found.values()


async def _add_told(book: Snapshot, teller: str, rows: Sequence[Any], found: _Families) -> None:
    """What lies on its topic as it was told is not read again; of the rest each event is."""
    otherwise = []
    for row in rows:
        family, topic, said, _ = row
        kept = found[family].kept.get(topic, ())
        if b"".join([piece.said for piece in kept]) == said:
            found[family].add(topic, kept)
        else:
            otherwise.append(row)
    if otherwise:
        bodies = await _bodies(book, otherwise)
        for family, topic, said, _ in otherwise:
            found[family].add(topic, [told(teller, one, bodies[one]) for one in _each(said)])


async def _bodies(book: Snapshot, rows: Sequence[Row]) -> Mapping[bytes, bytes]:
    places = list(_PLACE.iter_unpack(b"".join([row["places"] for row in rows])))
    batches, within = [batch for batch, _ in places], [place for _, place in places]
    return {row["said"]: row["body"] for row in await book.rows(BODIES, batches, within)}


def _each(said: bytes) -> Iterator[bytes]:
    return (said[at : at + SAID_BYTES] for at in range(0, len(said), SAID_BYTES))


async def _add_held(books: Mapping[str, Snapshot], first: UUID, last: UUID, found: _Families) -> None:
    for table, (service, columns) in HELD.items():
        where = "application_id BETWEEN $1 AND $2"
        statement = f"SELECT application_id, {columns} FROM {table} WHERE {where}"  # noqa: S608 (constants)
        for row in await books[service].rows(statement, first, last):
            found[row["application_id"]].held[table].append(row)


async def _unsettled(books: Mapping[str, Snapshot], found: Collection[Family]) -> Mapping[str, set[UUID]]:
    """Each reader is asked which of the events that it hears it has not settled."""
    asked: dict[str, list[UUID]] = defaultdict(list)
    for family in found:
        for reader, events in family.heard.items():
            asked[reader] += [event.id for event in events]
        asked[READS_REPLIES] += (*family.replies, *family.lost_replies)
    return {reader: await book.unsettled(asked[reader]) for reader, book in books.items()}


def _family_of(row: Row) -> UUID:
    family: UUID = row["subject"]
    return family
