"""An event as a row of the outbox, whoever tells it: a decider, or the kernel of a family that is parked."""

from datetime import datetime
from uuid import UUID

from contracts import seal, spec_of
from messaging.arrival import Arrival
from messaging.ids import uuid7
from messaging.kinds import Service
from messaging.store import OutboxRow


def told(
    service: Service,
    event: object,
    *,
    subject: UUID,
    now: datetime,
    correlation_id: str,
    causation_id: str,
    traceparent: str | None,
) -> OutboxRow:
    event_id = uuid7()
    body = seal(
        event,
        event_id=event_id,
        source=f"/qonys/{service.name}",
        subject=subject,
        time=now,
        correlation_id=correlation_id,
        causation_id=causation_id,
        traceparent=traceparent,
    )
    return OutboxRow(event_id, spec_of(type(event)).topic, subject, body)


def told_parked(service: Service, arrival: Arrival, *, now: datetime) -> list[OutboxRow]:
    """That this message is the first of its family to wait for a person here. One without a family keeps
    nobody waiting."""
    if service.notices is None or arrival.subject is None:
        return []
    message = arrival.message
    notice = told(
        service,
        service.notices.parked(since=now),
        subject=arrival.subject,
        now=now,
        correlation_id=message.correlation_id if message else str(arrival.id),
        causation_id=str(arrival.id),
        traceparent=message.traceparent if message else None,
    )
    return [notice]
