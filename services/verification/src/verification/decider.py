"""The one decider of verification: a family's case, its certificate, and the quota it is counted into."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from contracts.intake import ApplicationWithdrawn, QuestionnaireCompleted
from messaging import Connection, Decision, Key, Message
from verification import store
from verification.domain.answers import DiplomaAnswer, PersonAnswer, WorkAnswer
from verification.domain.decisions import decide
from verification.domain.draft import LedgerOf, Policy

#: What may claim, use or give back a place.
_ABOUT_PLACES = (
    PersonAnswer,
    DiplomaAnswer,
    WorkAnswer,
    QuestionnaireCompleted,
    ApplicationWithdrawn,
)


class Cases:
    """Implements `messaging.Decider`."""

    name = "cases"

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def keys(self, message: Message) -> Collection[Key]:
        if isinstance(message.body, _ABOUT_PLACES):
            return (message.subject, LedgerOf(message.subject))
        return (message.subject,)

    async def load(self, conn: Connection, keys: Collection[Key]) -> Mapping[Key, Any]:
        return await store.load(conn, keys)

    def decide(self, states: Mapping[Key, Any], message: Message, now: datetime) -> Decision:
        return decide(states, message, now=now, policy=self._policy)

    async def save(self, conn: Connection, states: Mapping[Key, Any]) -> None:
        await store.save(conn, states)
