"""Gathers families span by span, with all that lies of them in four databases and on the topics.

Memory is bounded by one span; each row is looked at once.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from console.audit.families import Family, told
from console.audit.shelf import Spans, pieces
from console.audit.sources import Cursor, Row, Snapshot, all_of

#: Who hears what providers tell.
READS_REPLIES = "integration-support"

OUTBOX = """
SELECT subject, topic, id, body FROM outbox WHERE subject BETWEEN $1 AND $2 ORDER BY subject, batch, place
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
        rows = await all_of(*(outbox.until(spans.last(span)) for outbox in outboxes.values()))
        for teller, events in zip(outboxes, rows, strict=True):
            for family, topic, identity, body in events:
                found[family].add(topic, told(teller, identity, body))
        await _add_held(books, spans.first(span), spans.last(span), found)
        for identity, kept in pieces(folder, span).items():
            found[identity].kept = kept
        unsettled = await _unsettled(books, found.values())
        for family in found.values():
            family.unsettled, family.undecided = unsettled, undecided
        yield found.values()


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
