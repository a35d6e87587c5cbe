"""Hands SMS to a gateway over HTTP; our message id makes it idempotent: asking again sends nothing twice."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import httpx2
import structlog

from messaging import TransientError
from notification.domain.case import Letter
from notification.domain.delivery import Handed, Handover, Send

log = structlog.get_logger()

#: Refusals that say nothing about the SMS: our token, our pace, a gateway that is busy.
_LATER = frozenset({401, 403, 404, 408, 425, 429})
SMS_REFUSED = "sms_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsGateway:
    """`url` takes the SMS; `callback` is where the gateway posts its receipts."""

    url: str
    token: str | None
    callback: str
    seconds: float

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


class SmsChannel:
    """The target `sms`."""

    def __init__(
        self, gateway: SmsGateway, http: httpx2.AsyncClient, read: Callable[[UUID], Awaitable[Letter]]
    ) -> None:
        self._gateway = gateway
        self._http = http
        self._read = read

    async def send(self, call: Send) -> Handed:
        """`TransientError` when it is worth asking again, be it that the answer alone was lost."""
        letter = await self._read(call.message_id)
        order = {
            "id": str(call.message_id),
            "to": letter.to,
            "text": letter.text,
            "callback": self._gateway.callback,
        }
        status = await self._post(order)
        if 200 <= status < 300:
            log.info("sms_taken", message_id=str(call.message_id))
            return Handed(message_id=call.message_id, handover=Handover.TAKEN)
        if status >= 500 or status < 400 or status in _LATER:
            raise TransientError(f"the SMS gateway answers {status}")
        log.warning("sms_refused", message_id=str(call.message_id), status=status)
        return Handed(message_id=call.message_id, handover=Handover.REFUSED, cause=SMS_REFUSED)

    async def _post(self, order: dict[str, str]) -> int:
        try:
            answer = await self._http.post(
                self._gateway.url, json=order, headers=self._gateway.headers, timeout=self._gateway.seconds
            )
        except httpx2.HTTPError as error:
            raise TransientError(f"the SMS gateway was not reached: {type(error).__name__}") from error
        return answer.status_code
