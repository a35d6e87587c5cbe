"""The middle of a batch, without a database: decide each message in order, collect what shall be written."""

import traceback
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from messaging.arrival import Arrival, Edge, Fate, Outcome
from messaging.bodies import Bodies
from messaging.ids import uuid7
from messaging.kinds import (
    Ask,
    Decider,
    Decision,
    Effect,
    Key,
    Message,
    Refusal,
    Remind,
    Service,
    State,
    Tell,
)
from messaging.store import DueRow, OutboxRow, ParkedRow
from messaging.telling import told, told_parked

Text = TypeVar("Text", str, str | None)

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Draft:
    """What one transaction will write, growing message by message."""

    changed: dict[str, dict[Key, State]] = field(default_factory=lambda: defaultdict(dict))  # by decider
    told: list[OutboxRow] = field(default_factory=list)
    due: list[DueRow] = field(default_factory=list)
    parked: list[ParkedRow] = field(default_factory=list)
    requests: list[tuple[UUID, bytes, bytes]] = field(default_factory=list)
    outcomes: dict[UUID, Outcome] = field(default_factory=dict)


class Fold:
    """Decides one batch. `states` are those loaded for each decider; a later message sees an earlier's."""

    def __init__(
        self,
        service: Service,
        bodies: Bodies,
        *,
        states: Mapping[str, Mapping[Key, State]],
        blocked: set[UUID],
        now: datetime,
    ) -> None:
        self._service = service
        self._bodies = bodies
        self._states = {name: dict(loaded) for name, loaded in states.items()}
        self._blocked = blocked  # families with a parked message
        self._now = now
        self.draft = Draft()

    def take(self, arrival: Arrival) -> Outcome:
        """Decides one arrival that nobody settled before, or parks it."""
        if arrival.subject in self._blocked and arrival.edge is not Edge.REQUEST and not arrival.redriven:
            self._park(arrival, state="waits", error=None)
            return Outcome(Fate.WAITS)
        try:
            if arrival.message is None or arrival.fault is not None:
                raise arrival.fault or ValueError("a message without content")
            return self._decide(arrival, arrival.message)
        except Exception as error:  # whatever a decider raises is about this message alone
            return self._failed(arrival, error)

    def _decide(self, arrival: Arrival, message: Message) -> Outcome:
        decider = self._service.hears[type(message.body)]
        decision = decider.decide(self._states[decider.name], message, self._now)
        if isinstance(decision.reply, Refusal):
            return Outcome(Fate.REFUSED, reply=decision.reply)
        events, due = self._rows(message, decision.effects)  # may raise: before anything is kept
        kept = _encode(decision.reply) if arrival.digest is not None else None
        self._keep(decider, decision)
        self.draft.told += events
        self.draft.due += due
        if arrival.digest is not None and kept is not None:
            self.draft.requests.append((arrival.id, arrival.digest, kept))
        return Outcome(Fate.DECIDED, reply=decision.reply)

    def _keep(self, decider: Decider, decision: Decision) -> None:
        if decision.states:
            self._states[decider.name].update(decision.states)
            self.draft.changed[decider.name].update(decision.states)

    def _rows(self, message: Message, effects: Sequence[Effect]) -> tuple[list[OutboxRow], list[DueRow]]:
        events: list[OutboxRow] = []
        due: list[DueRow] = []
        for effect in effects:
            if isinstance(effect, Tell):
                events.append(self._told(message, effect))
            else:
                due.append(self._due(message, effect))
        return events, due

    def _told(self, message: Message, effect: Tell) -> OutboxRow:
        return told(
            self._service,
            effect.event,
            subject=effect.subject or message.subject,
            now=self._now,
            correlation_id=message.correlation_id,
            causation_id=str(message.id),
            traceparent=message.traceparent,
        )

    def _due(self, message: Message, effect: Ask | Remind) -> DueRow:
        asks = isinstance(effect, Ask)
        content: Any = effect.call if isinstance(effect, Ask) else effect.what
        name, body = self._bodies.encode(content)
        return DueRow(
            id=uuid7(),
            kind="ask" if asks else "remind",
            target=effect.target if isinstance(effect, Ask) else "",
            name=name,
            subject=message.subject,
            body=body,
            correlation_id=message.correlation_id,
            causation_id=str(message.id),
            traceparent=message.traceparent,
            due_at=effect.at or self._now,
            attempts_allowed=effect.attempts if isinstance(effect, Ask) else 1,
        )

    def _failed(self, arrival: Arrival, error: Exception) -> Outcome:
        if arrival.edge is Edge.REQUEST:
            return Outcome(Fate.FAILED, error=error)
        self._park(arrival, state="failed", error=error)
        if arrival.subject is not None:
            self._blocked.add(arrival.subject)
            self.draft.told += told_parked(self._service, arrival, now=self._now)
        return Outcome(Fate.PARKED, error=error)

    def _park(self, arrival: Arrival, *, state: str, error: Exception | None) -> None:
        self.draft.parked.append(parked_row(arrival, state=state, error=error, now=self._now))


def parked_row(arrival: Arrival, *, state: str, error: Exception | None, now: datetime) -> ParkedRow:
    """An arrival as a row of the parking place, with all that is needed to understand and mend it."""
    message = arrival.message
    told = "".join(traceback.format_exception(error)) if error else None
    return ParkedRow(
        id=arrival.id,
        subject=arrival.subject,
        state=state,
        edge=arrival.edge,
        name=arrival.name,
        body=arrival.body,
        origin=arrival.origin,
        correlation_id=without_nul(message.correlation_id) if message else str(arrival.id),
        causation_id=without_nul(message.causation_id) if message else None,
        traceparent=without_nul(message.traceparent) if message else None,
        said_at=message.time if message else now,
        attempts=arrival.attempts,
        error=without_nul(f"{type(error).__name__}: {error}") if error else None,
        traceback=without_nul(told),
    )


def without_nul(text: Text) -> Text:
    """Strangers' texts may hold U+0000, which Postgres does not store: parking must not fail for that."""
    return text.replace("\0", "\ufffd") if text else text
