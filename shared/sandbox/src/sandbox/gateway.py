"""The e-government gateway over HTTP: checks the signature, asks the register, obeys what it was told."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

import anyio
from cryptography import x509
from fastapi import Request, Response

from sandbox import soap
from sandbox.faults import Faults, RegistryBehaviour
from sandbox.keys import SigningPair
from sandbox.misbehaviour import MISBEHAVIOURS, misbehave
from sandbox.registries import EDUCATION, LABOUR, PERSONS, answer, iin_of, require_known
from sandbox.signatures import PayloadSigner, signed_body
from sandbox.soap import GatewayError
from sandbox.truth import Truth

REQUEST_LIMIT_BYTES = 1 << 20
_LOG_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the log of requests."""

    service_id: str
    iin: str
    time: datetime


class Gateway:
    """The gateway's state: its key, the client's certificate, what the registers know and how they behave."""

    def __init__(self, pair: SigningPair, *, client: x509.Certificate | None = None) -> None:
        self.certificate = pair.certificate
        self._signer = PayloadSigner(pair)
        self.client = client
        self.truth = Truth()
        self.faults = {s: Faults(RegistryBehaviour.NORMAL) for s in (PERSONS, EDUCATION, LABOUR)}
        self.log: deque[Asked] = deque(maxlen=_LOG_LENGTH)

    async def serve(self, http: Request) -> Response:
        """One SOAP request; every refusal is a fault, as at the real gateway."""
        try:
            return await self._serve(http, await http.body())
        except GatewayError as error:
            return _xml(soap.fault(error), 500)

    async def _serve(self, http: Request, body: bytes) -> Response:
        if len(body) > REQUEST_LIMIT_BYTES:
            raise GatewayError(soap.NOT_OUR_FORMAT, f"more than {REQUEST_LIMIT_BYTES} bytes")
        request = soap.read_request(signed_body(soap.parse(body), self.client))
        require_known(request.service_id)
        self.log.append(Asked(request.service_id, iin_of(request), datetime.now(UTC)))
        order = self.faults[request.service_id].take(iin_of(request))
        if order.behaviour is RegistryBehaviour.SLOW:
            await anyio.sleep(order.seconds)
        if order.behaviour in MISBEHAVIOURS:
            return await misbehave(order.behaviour, http)
        payload = self._signer.signed(answer(request, self.truth))
        if order.behaviour is RegistryBehaviour.BAD_SIGNATURE:
            # Who does not check the signature sees no difference.
            payload[0].text = f"{payload[0].text} "
        return _xml(soap.reply(payload, to=request.message_id), 200)


def _xml(body: bytes, status: int) -> Response:
    return Response(body, status_code=status, media_type=soap.CONTENT_TYPE)
