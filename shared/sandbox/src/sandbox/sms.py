"""An SMS gateway: takes an SMS once for each id, then posts a delivery receipt to the sender's callback."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import uuid4

import anyio
import httpx2
import structlog
from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, Field

from sandbox.faults import Faults, Order, SmsBehaviour
from sandbox.misbehaviour import until_disconnected

RECEIPT_ATTEMPTS = 5
_FIRST_PAUSE_SECONDS = 0.2
log = structlog.get_logger()


class SmsStatus(StrEnum):
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


class SmsOrder(BaseModel):
    """A body of `POST /sms`; `id` is the sender's own and makes it idempotent."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    to: Annotated[str, Field(pattern=r"^\+\d{8,15}$")]
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    callback: Annotated[str, Field(pattern=r"^https?://")] | None = None


@dataclass(slots=True)
class Sms:
    """One SMS the gateway took; `receipts` counts those that the callback accepted."""

    id: str
    gateway_id: str
    to: str
    text: str
    time: datetime
    status: SmsStatus = SmsStatus.ACCEPTED
    receipts: int = 0


class SmsGateway:
    """Takes SMS and reports their delivery; `token` makes the bearer token of scope partner."""

    def __init__(self, token: Callable[[], str], *, delivery_seconds: float = 0.05) -> None:
        self._token = token
        self._delivery_seconds = delivery_seconds
        self._receipts: set[asyncio.Task[None]] = set()
        self._client = httpx2.AsyncClient(timeout=5)
        self.taken: dict[str, Sms] = {}
        self.faults = Faults(SmsBehaviour.NORMAL)

    def take(self, order: SmsOrder, *, delivered: bool) -> Sms:
        """Keeps it and sets its receipt off; the same id again changes nothing.

        Raises `HTTPException` 409 for the same id with another text or number."""
        known = self.taken.get(order.id)
        if known is not None:
            if (known.to, known.text) != (order.to, order.text):
                raise HTTPException(409, f"id {order.id} was used for another SMS")
            return known
        sms = Sms(order.id, str(uuid4()), order.to, order.text, datetime.now(UTC))
        self.taken[sms.id] = sms
        receipt = asyncio.create_task(self._deliver(sms, order.callback, delivered=delivered))
        self._receipts.add(receipt)
        receipt.add_done_callback(self._receipts.discard)
        return sms

    async def stop(self) -> None:
        """Gives up receipts under way."""
        for receipt in self._receipts:
            receipt.cancel()
        await asyncio.gather(*self._receipts, return_exceptions=True)
        await self._client.aclose()

    async def _deliver(self, sms: Sms, callback: str | None, *, delivered: bool) -> None:
        await anyio.sleep(self._delivery_seconds)
        sms.status = SmsStatus.DELIVERED if delivered else SmsStatus.FAILED
        if callback is None:
            return
        receipt = {"id": sms.id, "status": sms.status.value, "at": datetime.now(UTC).isoformat()}
        for attempt in range(RECEIPT_ATTEMPTS):
            if await self._post(callback, receipt):
                sms.receipts += 1
                return
            await anyio.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
        log.error("sms_receipt_refused", sms_id=sms.id, attempts=RECEIPT_ATTEMPTS)

    async def _post(self, callback: str, receipt: dict[str, str]) -> bool:
        try:
            headers = {"Authorization": f"Bearer {self._token()}"}
            answer = await self._client.post(callback, json=receipt, headers=headers)
        except httpx2.HTTPError:
            return False
        return answer.is_success


def sms_routes(gateway: SmsGateway) -> APIRouter:
    """`POST /sms`, and the admin's `/sandbox/sms`."""
    router = APIRouter()

    @router.post("/sms", status_code=202, response_model=None)
    async def send(order: SmsOrder, http: Request) -> dict[str, str] | Response:
        return await _send(gateway, order, http)

    @router.get("/sandbox/sms")
    async def taken(to: str | None = None) -> list[Sms]:
        return [sms for sms in gateway.taken.values() if to is None or sms.to == to]

    @router.get("/sandbox/sms/behaviour")
    async def show() -> Order[SmsBehaviour]:
        return gateway.faults.current()

    @router.put("/sandbox/sms/behaviour", status_code=204)
    async def tell(order: Order[SmsBehaviour]) -> None:
        gateway.faults.tell(order)

    return router


async def _send(gateway: SmsGateway, order: SmsOrder, http: Request) -> dict[str, str] | Response:
    told = gateway.faults.take(order.to)
    if told.behaviour is SmsBehaviour.ERROR:
        return Response(status_code=500)
    if told.behaviour is SmsBehaviour.SLOW:
        await anyio.sleep(told.seconds)
    sms = gateway.take(order, delivered=told.behaviour is not SmsBehaviour.UNDELIVERED)
    if told.behaviour is SmsBehaviour.TIMEOUT:
        await until_disconnected(http)
    return {"id": sms.id, "gateway_id": sms.gateway_id}
