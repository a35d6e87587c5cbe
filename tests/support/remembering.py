"""The probe's decider: it remembers what each family said, in order, and does what a saying instructs.

It hears `ApplicationWithdrawn` (its `reason` is the saying), or `ReferralAnswered` (`because`), and tells
`QuotaReleased`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts import seal
from contracts.intake import ApplicationWithdrawn
from contracts.integration import ReferralAnswered
from contracts.verification import QuotaReleased
from contracts.words import Category
from messaging import (
    Ask,
    Connection,
    Decision,
    Effect,
    Message,
    PermanentError,
    Refusal,
    Remind,
    Tell,
    Unanswered,
)

# `break` and the second family that says `twin` are refused by the database, not by the decider.
SEEN = """
CREATE TABLE seen (subject uuid PRIMARY KEY, said text[] NOT NULL CHECK (NOT 'break' = ANY(said)));
CREATE UNIQUE INDEX only_one_twin ON seen ((true)) WHERE 'twin' = ANY(said);
"""
LOAD = "SELECT subject, said FROM seen WHERE subject = ANY($1::uuid[])"
SAVE = """
INSERT INTO seen (subject, said)
SELECT subject, ARRAY(SELECT jsonb_array_elements_text(said::jsonb))
FROM unnest($1::uuid[], $2::text[]) AS t (subject, said)
ON CONFLICT (subject) DO UPDATE SET said = EXCLUDED.said
"""

Told = tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """A command from HTTP."""

    text: str


@dataclass(frozen=True)
class Question:
    text: str


@dataclass(frozen=True)
class Reply:
    text: str


@dataclass(frozen=True)
class Bell:
    text: str


@dataclass
class Remembering:
    """Obeys `bug`, `hopeless`, `break`, `twin`, `refuse`, `after …`, `ask …`, `remind …`; the rest is just
    kept."""

    decided: list[UUID] = field(default_factory=list)  # whom this very instance decided for
    mended: bool = False  # bugs are bugs no more
    name: str = "remembering"

    def keys(self, message: Message) -> Collection[UUID]:
        return (message.subject,)

    async def load(self, conn: Connection, keys: Collection[UUID]) -> Mapping[UUID, Told]:
        return {row["subject"]: tuple(row["said"]) for row in await conn.fetch(LOAD, keys)}

    def decide(self, states: Mapping[UUID, Told], message: Message, now: datetime) -> Decision:
        self.decided.append(message.subject)
        said = text_of(message.body)
        if not self.mended:
            _fail(said)
        if said == "refuse":
            return Decision(reply=Refusal("not_now"))
        before = states.get(message.subject, ())
        if said.startswith("after ") and said.removeprefix("after ") not in before:
            raise PermanentError(f"{said}, which this family never said")
        told = (*before, said)
        effects = [Tell(released(len(told))), *_more(said, now)]
        return Decision(states={message.subject: told}, effects=effects, reply={"place": len(told)})

    async def save(self, conn: Connection, states: Mapping[UUID, Told]) -> None:
        await conn.execute(SAVE, list(states), [json.dumps(said) for said in states.values()])


def _fail(said: str) -> None:
    if said.startswith("bug"):
        raise ZeroDivisionError(f"a bug in a decider: {said}")
    if said == "hopeless":
        raise PermanentError("only a person can mend this")


def _more(said: str, now: datetime) -> Sequence[Effect]:
    if said.startswith("ask"):
        return [Ask("outside", Question(said), attempts=3)]
    if said.startswith("remind"):
        return [Remind(now + timedelta(milliseconds=400 if "later" in said else 20), Bell(said))]
    return []


def text_of(body: Any) -> str:
    if isinstance(body, ApplicationWithdrawn):
        return body.reason or ""
    if isinstance(body, ReferralAnswered):
        return body.because or ""
    if isinstance(body, Unanswered):
        return f"unanswered {body.call.text} after {body.attempts}"
    assert isinstance(body, Note | Reply | Bell)
    return f"bell {body.text}" if isinstance(body, Bell) else body.text


def released(people: int) -> QuotaReleased:
    return QuotaReleased(year=2026, region="590000000", category=Category.KANDAS, people=min(people, 99))


def withdrawn(
    subject: UUID, reason: str, *, event_id: UUID | None = None, traceparent: str | None = None
) -> bytes:
    """One input event as bytes."""
    return seal(
        ApplicationWithdrawn(reason=reason),
        event_id=event_id or uuid4(),
        source="/qonys/intake",
        subject=subject,
        time=datetime.now(UTC),
        traceparent=traceparent,
    )
