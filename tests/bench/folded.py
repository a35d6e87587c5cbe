"""The bench's own service on the kernel: a decider that folds an event into a row and tells one event."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from contracts.intake import ApplicationWithdrawn
from contracts.integration import ReferralDeclined
from messaging import Connection, Decision, Message, Service, Tell

TABLE = "CREATE TABLE folded (subject uuid PRIMARY KEY, events integer NOT NULL, last text)"
LOAD = "SELECT subject, events, last FROM folded WHERE subject = ANY($1::uuid[])"
SAVE = """
INSERT INTO folded SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[])
ON CONFLICT (subject) DO UPDATE SET events = EXCLUDED.events, last = EXCLUDED.last
"""

Folded = tuple[int, str | None]


class Folding:
    """Counts a family's events and keeps the last; tells as much each time."""

    name = "folding"

    def keys(self, message: Message) -> Collection[UUID]:
        return (message.subject,)

    async def load(self, conn: Connection, keys: Collection[UUID]) -> Mapping[UUID, Folded]:
        return {row["subject"]: (row["events"], row["last"]) for row in await conn.fetch(LOAD, keys)}

    def decide(self, states: Mapping[UUID, Folded], message: Message, now: datetime) -> Decision:
        assert isinstance(message.body, ApplicationWithdrawn)
        count, reason = states.get(message.subject, (0, None))[0] + 1, message.body.reason
        answer = ReferralDeclined(referral_id=message.subject, service_no=1, because=reason or "")
        return Decision(states={message.subject: (count, reason)}, effects=[Tell(answer)])

    async def save(self, conn: Connection, states: Mapping[UUID, Folded]) -> None:
        counts, lasts = zip(*states.values(), strict=True)
        await conn.execute(SAVE, list(states), list(counts), list(lasts))


SERVICE = Service(name="bench", hears={ApplicationWithdrawn: Folding()})
