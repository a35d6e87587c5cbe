"""What is said of a settled batch: numbers for all of it, and a line for each message while they are few."""

from collections.abc import Sequence

import structlog
from structlog.contextvars import bound_contextvars

from messaging import metrics
from messaging.arrival import Arrival, Fate, Outcome
from messaging.folding import Draft

log = structlog.get_logger("messaging")

#: A larger batch is told of as a whole: a line for each would cost more than deciding it.
DETAILED_UP_TO = 100


def report(
    service: str, arrivals: Sequence[Arrival], outcomes: Sequence[Outcome], draft: Draft, *, seconds: float
) -> None:
    """Counts the batch and says what became of it."""
    metrics.settled(service, arrivals, outcomes, seconds)
    few = len(arrivals) <= DETAILED_UP_TO
    for arrival, outcome in zip(arrivals, outcomes, strict=True):
        if few or outcome.fate in (Fate.PARKED, Fate.FAILED):
            with bound_contextvars(**_ids(arrival)):
                _line(arrival, outcome)
    log.info(
        "batch_settled",
        edge=arrivals[0].edge,
        messages=len(arrivals),
        told=len(draft.told),
        due=len(draft.due),
        parked=len(draft.parked),
        duration_ms=round(seconds * 1000, 2),
    )


def _line(arrival: Arrival, outcome: Outcome) -> None:
    """One message's line. An error's text may hold personal data, so only its class is told."""
    if outcome.fate is Fate.PARKED:
        log.error("message_parked", edge=arrival.edge, name=arrival.name, error=type(outcome.error).__name__)
    elif outcome.fate is Fate.FAILED:
        log.error("request_failed", edge=arrival.edge, name=arrival.name, error=type(outcome.error).__name__)
    else:
        log.info("message_settled", edge=arrival.edge, name=arrival.name, fate=outcome.fate)


def _ids(arrival: Arrival) -> dict[str, str]:
    ids = {"message_id": str(arrival.id)}
    if arrival.subject is not None:
        ids["application_id"] = str(arrival.subject)
    if arrival.message is not None:
        ids["correlation_id"] = arrival.message.correlation_id
    return ids
