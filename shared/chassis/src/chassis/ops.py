"""What operators do to a running service: look at parked messages, mend them, drive them on; tell all again.

Every service has the same routes. Bodies hold personal data: they are shown to the scope `ops` only, and who
mended, drove on or discarded what, and why, is kept beside the message.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from chassis.auth import Operator
from chassis.problems import Problem
from messaging import republish
from messaging.kernel import Kernel
from messaging.parking import NotParkedError
from messaging.redriving import Redriven

Reason = Annotated[str, Field(min_length=3, max_length=500)]

router = APIRouter(prefix="/ops")


class Mending(BaseModel):
    """Another body for a parked message, and why."""

    model_config = ConfigDict(extra="forbid")
    body: Annotated[str, Field(min_length=1)]
    reason: Reason


class Discarding(BaseModel):
    """Why a parked message shall never be decided."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason


@router.get("/parked")
async def parked(
    request: Request,
    _: Operator,
    application: UUID | None = None,
    limit: Annotated[int, Query(le=1000)] = 100,
) -> list[dict[str, Any]]:
    """The oldest parked messages, without bodies."""
    return [_shown(row) for row in await _kernel(request).parking.list(subject=application, limit=limit)]


@router.get("/parked/{seq}")
async def one_parked(request: Request, _: Operator, seq: int) -> dict[str, Any]:
    """One message whole, with its error, its traceback and what people did about it."""
    try:
        return _shown(await _kernel(request).parking.show(seq))
    except NotParkedError:
        raise _not_parked() from None


@router.post("/parked/{seq}/mend")
async def mend(request: Request, operator: Operator, seq: int, mending: Mending) -> dict[str, Any]:
    """Gives the message another body, and says what driving its family on would now do."""
    parking = _kernel(request).parking
    try:
        await parking.mend(seq, mending.body.encode(), by=operator.subject, reason=mending.reason)
        return asdict(await parking.dry_run(seq))
    except NotParkedError:
        raise _not_parked() from None


@router.post("/parked/{seq}/dry-run")
async def dry_run(request: Request, _: Operator, seq: int) -> dict[str, Any]:
    """What driving the message's family on would do now; nothing is kept."""
    try:
        return asdict(await _kernel(request).parking.dry_run(seq))
    except NotParkedError:
        raise _not_parked() from None


@router.post("/parked/{seq}/redrive")
async def redrive(request: Request, operator: Operator, seq: int) -> dict[str, Any]:
    """Tries the message's family again, from the head of its queue as far as it goes."""
    try:
        return asdict(await _kernel(request).parking.redrive(seq, by=operator.subject))
    except NotParkedError:
        raise _not_parked() from None


@router.post("/parked/{seq}/discard")
async def discard(request: Request, operator: Operator, seq: int, discarding: Discarding) -> dict[str, Any]:
    """Takes the message away for good and drives on those behind it."""
    parking = _kernel(request).parking
    try:
        followed: Redriven = await parking.discard(seq, by=operator.subject, reason=discarding.reason)
    except NotParkedError:
        raise _not_parked() from None
    return asdict(followed)


@router.post("/republish")
async def tell_again(request: Request, _: Operator, topic: str | None = None) -> dict[str, int]:
    """Has everything this service told (on one topic) told again, after a broker lost it."""
    async with _kernel(request).cycle.pool.acquire() as conn:
        return {"events": await republish(conn, topic)}


@router.post("/rewind")
async def read_anew(request: Request, _: Operator) -> dict[str, int]:
    """Has this service read every topic from its beginning, after a broker lost them; what is known by its id
    changes nothing."""
    return {"partitions": await _kernel(request).consumer.ownership.rewind()}


def _kernel(request: Request) -> Kernel:
    kernel: Kernel = request.app.state.kernel
    return kernel


def _not_parked() -> Problem:
    return Problem(404, "not_found")


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: object) -> object:
    match value:
        case bytes():
            return _text(value)
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case list():
            return [_shown(item) for item in value]
    return value


def _text(body: bytes) -> str:
    """A body as people read it; bytes that are no text come in base64."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return "base64:" + b64encode(body).decode()
