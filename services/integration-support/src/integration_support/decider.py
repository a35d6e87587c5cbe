"""Who decides in integration-support: one decider for arrivals, replies and deadlines of a family."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from contracts.intake import ArrivalReported
from contracts.integration import ReferralAnswered
from integration_support import store
from integration_support.domain.catalogue import Catalogue
from integration_support.domain.plan import Deadline, Plan, Step, answer, look_at, open_plan
from integration_support.domain.terms import Terms
from messaging import Connection, Decision, Key, Message


class Plans:
    """Plans of families that have moved."""

    name = "plans"

    def __init__(self, catalogue: Catalogue, terms: Terms) -> None:
        self._catalogue = catalogue
        self._terms = terms

    def keys(self, message: Message) -> Collection[Key]:
        return (message.subject,)

    async def load(self, conn: Connection, keys: Collection[Key]) -> Mapping[Key, Plan]:
        return await store.load(conn, keys)

    async def save(self, conn: Connection, states: Mapping[Key, Plan]) -> None:
        await store.save(conn, states.values())

    def decide(self, states: Mapping[Key, Any], message: Message, now: datetime) -> Decision:
        before: Plan | None = states.get(message.subject)
        after, effects = self._step(before, message, now)
        changed = {} if after is before else {message.subject: after}
        return Decision(states=changed, effects=effects)

    def _step(self, plan: Plan | None, message: Message, now: datetime) -> Step:
        match message.body:
            case ArrivalReported() as family if plan is None:
                return open_plan(
                    message.subject, family, catalogue=self._catalogue, terms=self._terms, now=now
                )
            case ReferralAnswered() as reply:
                return answer(plan, reply)
            case Deadline() as deadline if plan is not None:
                return look_at(plan, deadline, terms=self._terms, now=now)
            case ArrivalReported() if plan is not None:
                return plan, ()  # reported twice: the family has its plan
        raise TypeError(f"{type(message.body).__name__} cannot be decided here")
