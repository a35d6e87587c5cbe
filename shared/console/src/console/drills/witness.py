"""The small service whose awaits are cut: it writes down what each family heard and tells it on."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from contracts.intake import ApplicationWithdrawn
from contracts.verification import QuotaReleased
from contracts.words import Category
from messaging import Ask, Connection, Decision, Effect, Message, Remind, Service, Target, Tell

TABLE = "CREATE TABLE heard (subject uuid PRIMARY KEY, words text[] NOT NULL)"
LOAD = "SELECT subject, words FROM heard WHERE subject = ANY($1::uuid[])"
SAVE = """
INSERT INTO heard (subject, words)
SELECT subject, string_to_array(words, ' ') FROM unnest($1::uuid[], $2::text[]) AS t (subject, words)
ON CONFLICT (subject) DO UPDATE SET words = EXCLUDED.words
"""
NAME = "witness"
#: What every family hears in the end, each exactly once.
WORDS = frozenset({"event", "note", "answer", "bell"})

Words = tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """A command over HTTP."""


@dataclass(frozen=True)
class Question:
    """A call to the outside."""

    family: UUID


@dataclass(frozen=True)
class Answer:
    """What the outside says."""


@dataclass(frozen=True)
class Bell:
    """A reminder."""


NAMES: dict[type, str] = {ApplicationWithdrawn: "event", Note: "note", Answer: "answer", Bell: "bell"}


class Writing:
    """Writes each word down and tells how many there are; an event is followed by a call and a reminder."""

    name = "writing"

    def keys(self, message: Message) -> Collection[UUID]:
        return (message.subject,)

    async def load(self, conn: Connection, keys: Collection[UUID]) -> Mapping[UUID, Words]:
        return {row["subject"]: tuple(row["words"]) for row in await conn.fetch(LOAD, keys)}

    def decide(self, states: Mapping[UUID, Words], message: Message, now: datetime) -> Decision:
        words = (*states.get(message.subject, ()), NAMES[type(message.body)])
        effects: Sequence[Effect] = [Tell(_told(len(words)))]
        if isinstance(message.body, ApplicationWithdrawn):
            effects = [*effects, Ask("outside", Question(message.subject)), Remind(now, Bell())]
        return Decision(states={message.subject: words}, effects=effects, reply={"words": len(words)})

    async def save(self, conn: Connection, states: Mapping[UUID, Words]) -> None:
        await conn.execute(SAVE, list(states), [" ".join(words) for words in states.values()])


def witness(outside: Path) -> Service:
    """The service. The world outside is a file: a line for each call that ever reached it."""

    async def answer(question: Question) -> Answer:
        with outside.open("a") as calls:
            calls.write(f"{question.family}\n")
        await asyncio.sleep(0)  # the call is under way: who is cut here has asked, and never hears
        return Answer()

    target = Target(name="outside", call=Question, answer=Answer, perform=answer)
    return Service(name=NAME, hears=dict.fromkeys(NAMES, Writing()), targets=(target,))


def _told(count: int) -> QuotaReleased:
    return QuotaReleased(year=2026, region="550000000", category=Category.RESETTLER, people=count)
