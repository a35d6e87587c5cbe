"""The bench's own service on the kernel: a decider that folds an event into a row and tells one event."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from contracts.intake import ApplicationWithdrawn
from contracts.integration import ReferralDeclined
from messaging import Connection, Decision, Message, Service, Tell

TABLE = """
CREATE TABLE folded (subject uuid PRIMARY KEY, events integer NOT NULL, letters integer NOT NULL)
WITH (fillfactor = 50)  -- rows that change find room in their page, and no index need know
"""
LOAD = "SELECT subject, events, letters FROM folded WHERE subject = ANY($1::uuid[])"
SAVE = """
INSERT INTO folded SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[])
ON CONFLICT (subject) DO UPDATE SET events = EXCLUDED.events, letters = EXCLUDED.letters
"""

Folded = tuple[int, int]


class Folding:
    """Counts a family's events and their letters; tells each on."""

    name = "folding"

    def keys(self, message: Message) -> Collection[UUID]:
        return (message.subject,)

    async def load(self, conn: Connection, keys: Collection[UUID]) -> Mapping[UUID, Folded]:
        return {row["subject"]: (row["events"], row["letters"]) for row in await conn.fetch(LOAD, keys)}

    def decide(self, states: Mapping[UUID, Folded], message: Message, now: datetime) -> Decision:
        assert isinstance(message.body, ApplicationWithdrawn)
        events, letters = states.get(message.subject, (0, 0))
        reason = message.body.reason or ""
        told = ReferralDeclined(referral_id=message.subject, service_no=1, because=reason)
        return Decision(states={message.subject: (events + 1, letters + len(reason))}, effects=[Tell(told)])

    async def save(self, conn: Connection, states: Mapping[UUID, Folded]) -> None:
        events, letters = zip(*states.values(), strict=True)
        await conn.execute(SAVE, list(states), list(events), list(letters))


SERVICE = Service(name="bench", hears={ApplicationWithdrawn: Folding()})
