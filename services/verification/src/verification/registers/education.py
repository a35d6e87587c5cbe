"""The education registers (НОБД, ЕПВО); service and payload are assumed (docs/registries.md §5)."""

from verification.domain.answers import AskDiploma, Cause, DiplomaAnswer, DiplomaFinding
from verification.registers.gateway import Gateway
from verification.registers.record import Record, question
from verification.registers.silence import SilenceError

SERVICE_ID = "NOBD_EPVO_Diploma"
NAMESPACE = "urn:qonys:assumed:education:v1"

_CONTRADICTIONS = {
    "OTHER_HOLDER": DiplomaFinding.OTHER_HOLDER,
    "NOT_ISSUED": DiplomaFinding.NOT_ISSUED,
}
_STATES = {"VALID": DiplomaFinding.VALID, "ANNULLED": DiplomaFinding.ANNULLED}


class Education:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def ask(self, call: AskDiploma) -> DiplomaAnswer:
        """Silence comes back as an answer; only an unreachable gateway raises (`TransientError`)."""
        asked = question(NAMESPACE, "diplomaRequest", {"iin": call.iin, "number": call.number})
        try:
            reply = await self._gateway.ask(asked, service_id=SERVICE_ID)
        except SilenceError as silence:
            return DiplomaAnswer(member_id=call.member_id, silent=silence.cause)
        try:
            finding = _finding(reply.record, call)
        except SilenceError as silence:
            return DiplomaAnswer(member_id=call.member_id, silent=silence.cause, evidence=reply.evidence)
        return DiplomaAnswer(member_id=call.member_id, finding=finding, evidence=reply.evidence)


def _finding(reply: Record, call: AskDiploma) -> DiplomaFinding:
    reply.must_be("diplomaReply", {"iin": call.iin, "number": call.number.strip()})
    result = reply.text("result")
    if result in _CONTRADICTIONS:
        return _CONTRADICTIONS[result]
    if result != "FOUND":
        raise SilenceError(Cause.NO_RECORD)
    state = _STATES.get(reply.part("diploma").text("status"))
    if state is None:
        raise SilenceError(Cause.UNEXPECTED)
    return state
