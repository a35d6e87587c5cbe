"""What services have told and what they keep of it, as consistent as real services would leave it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from console.audit.readers import HEARD, NEWS, RESUMED
from contracts import integration, seal, spec_of
from contracts.words import Category
from messaging.arrival import event_id
from messaging.ids import uuid7

STARTED = datetime.now(UTC) - timedelta(minutes=1)
#: Intake hears these, and writes no line of them on a timeline.
NO_LINE = {*RESUMED, *RESUMED.values()}

Record = tuple[str, UUID, bytes]  # topic, family, body
OutboxRow = tuple[int, int, UUID, str, UUID, bytes, datetime]  # in the columns of `databases.OUTBOX`


class News(NamedTuple):
    """An event of which a family is told by letter."""

    event: UUID
    family: UUID
    fact: object


@dataclass
class Quota:
    """One ledger, counted in people."""

    region: str
    year: int = 2026
    category: Category = Category.RESETTLER
    reserved: int = 0
    issued: int = 0
    waiting: int = 0  # families
    last_number: int = 0

    @property
    def words(self) -> Mapping[str, Any]:
        return {"year": self.year, "region": self.region, "category": self.category}

    @property
    def row(self) -> tuple[int, str, str]:
        return self.year, self.region, self.category.value


@dataclass
class Books:
    """Rows of outboxes and inboxes, records of topics, and rows of the services' own tables."""

    outbox: dict[str, list[OutboxRow]] = field(default_factory=lambda: defaultdict(list))
    inbox: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    records: list[Record] = field(default_factory=list)
    rows: dict[tuple[str, str], list[Sequence[Any]]] = field(default_factory=lambda: defaultdict(list))
    news: list[News] = field(default_factory=list)
    entries: Counter[UUID] = field(default_factory=Counter)  # events on each family's timeline
    batch: int = 0
    told: int = 0

    def tell(self, teller: str, family: UUID, *events: object, cause: UUID | None = None) -> UUID:
        """As the service would, in one decision: outbox rows, records, and the inbox rows of whoever hears
        them. The id of the last."""
        cause = cause or uuid7()
        self.batch += 1
        for place, event in enumerate(events, 1):
            identity, spec = uuid7(), spec_of(type(event))
            body = seal(
                event,
                event_id=identity,
                source=f"/qonys/{teller}",
                subject=family,
                time=self.now,
                correlation_id=str(family),
                causation_id=str(cause),
            )
            self.told += 1
            self.outbox[teller].append((self.batch, place, identity, spec.topic, family, body, STARTED))
            self._arrives(event, family, identity, body)
            self.entries[family] += teller == "intake"
        return identity

    @property
    def now(self) -> datetime:
        return STARTED + timedelta(microseconds=self.told)

    def answer(self, family: UUID, reply: integration.ReferralAnswered) -> UUID:
        """As a provider would; the id under which it is known here."""
        told, source = uuid7(), "urn:a-provider"
        body = seal(reply, event_id=told, source=source, subject=family, time=STARTED)
        identity = event_id(source, str(told), ours=False)
        self._arrives(reply, family, identity, body)
        return identity

    def _arrives(self, event: object, family: UUID, identity: UUID, body: bytes) -> None:
        self.records.append((spec_of(type(event)).topic, family, body))
        for reader, heard in HEARD.items():
            if type(event) in heard:
                self.inbox[reader].append(identity)
                self.entries[family] += reader == "intake" and type(event) not in NO_LINE
        if type(event) in NEWS:
            self.news.append(News(identity, family, event))

    def keep(self, service: str, table: str, *row: Any) -> None:
        """A row of a service's table, in the columns of `rows.TABLES`."""
        self.rows[service, table].append(row)

    def kept(self, service: str, table: str) -> Sequence[Sequence[Any]]:
        """The rows of that table; a case has a line on its timeline for its draft and for each event."""
        rows = self.rows[service, table]
        return [(*row, 1 + self.entries[row[0]]) for row in rows] if table == "applications" else rows

    def clear(self) -> None:
        """Go on with empty pages: what is here has been written."""
        self.outbox.clear()
        self.inbox.clear()
        self.records.clear()
        self.rows.clear()
        self.news.clear()
        self.entries.clear()
