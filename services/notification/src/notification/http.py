"""What partners and officers say and see: receipts, an application's messages, contact tasks."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.auth import Officer, Partner, Principal, requires
from chassis.database import Pool
from chassis.http import correlation_id, traceparent
from chassis.problems import Problem, refused
from messaging import Refusal
from messaging.kernel import Kernel
from notification.domain.delivery import Receipt, ReceiptStatus
from notification.store import reading

router = APIRouter(prefix="/v1")


class ReceiptBody(BaseModel):
    """A channel's word on one message; fields of the gateway's own are ignored."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    status: ReceiptStatus
    at: AwareDatetime


@router.post("/receipts")
async def receive(request: Request, body: ReceiptBody, _: Partner) -> dict[str, Any]:
    """Takes a receipt; the same one again changes nothing. 404 for a message that was never made here."""
    async with _pool(request).acquire() as conn:
        application_id = await reading.application_of(conn, body.id)
    if application_id is None:
        raise Problem(404, "not_found")
    kernel: Kernel = request.app.state.kernel
    reply = await kernel.request(
        Receipt(message_id=body.id, status=body.status, at=body.at),
        subject=application_id,
        correlation_id=correlation_id(request),
        traceparent=traceparent(request),
    )
    if isinstance(reply, Refusal):
        raise refused(reply)
    answer: dict[str, Any] = reply
    return answer


@router.get("/messages")
async def messages(
    request: Request,
    application: UUID,
    principal: Annotated[Principal, Depends(requires("officer", "ops"))],
) -> list[dict[str, Any]]:
    """An application's messages, oldest first; their texts are for officers only."""
    async with _pool(request).acquire() as conn:
        return await reading.messages(conn, application, with_texts=principal.may("officer"))


@router.get("/contact-tasks")
async def contact_tasks(
    request: Request,
    _: Officer,
    region: Annotated[str | None, Query(pattern=r"^\d{9}$")] = None,
    after: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}\.[0-9a-f-]{36}$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Families to be contacted, those due first first; `next` is the place to go on from."""
    async with _pool(request).acquire() as conn:
        found = await reading.contact_tasks(conn, region=region, after=_place(after), limit=limit)
    last = found[-1] if len(found) == limit else None
    return {"items": found, "next": f"{last.due_on}.{last.task_id}" if last else None}


def _place(after: str | None) -> reading.After | None:
    if after is None:
        return None
    due_on, _, task_id = after.partition(".")
    try:
        return reading.After(date.fromisoformat(due_on), UUID(task_id))
    except ValueError:
        raise Problem(422, "malformed") from None


def _pool(request: Request) -> Pool:
    pool: Pool = request.app.state.pool
    return pool
