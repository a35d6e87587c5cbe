"""The labour market's register (enbek.kz); service and payload are assumed (docs/registries.md §6)."""

from verification.domain.answers import AskWork, Cause, Evidence, Work, WorkAnswer
from verification.registers.gateway import Gateway
from verification.registers.record import Record, question
from verification.registers.silence import SilenceError

SERVICE_ID = "LabourMarket_JobSeeker"
NAMESPACE = "urn:qonys:assumed:labour:v1"


class Labour:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def ask(self, call: AskWork) -> WorkAnswer:
        """Two questions, one answer. Silence comes back as an answer; only an unreachable gateway raises
        (`TransientError`)."""
        try:
            work, evidence = await self._work(call)
        except SilenceError as silence:
            return WorkAnswer(member_id=call.member_id, silent=silence.cause, evidence=silence.evidence)
        return WorkAnswer(member_id=call.member_id, work=work, evidence=evidence)

    async def _work(self, call: AskWork) -> tuple[Work, tuple[Evidence, ...]]:
        asked = question(NAMESPACE, "jobSeekerRequest", {"iin": call.iin})
        reply = await self._gateway.ask(asked, service_id=SERVICE_ID)
        seeker = _job_seeker(reply.record, call.iin, evidence=reply.evidence)
        occupations = seeker.texts("occupation")
        vacancies, seen = await self._vacancies(call) if call.occupation in occupations else (0, ())
        work = Work(status=seeker.text("status"), occupations=occupations, vacancies=vacancies)
        return work, (*reply.evidence, *seen)

    async def _vacancies(self, call: AskWork) -> tuple[int, tuple[Evidence, ...]]:
        """Open vacancies for a skill that is proven; for others nobody needs to count them."""
        fields = {"region": call.region, "occupation": call.occupation or ""}
        asked = question(NAMESPACE, "vacanciesRequest", fields)
        reply = await self._gateway.ask(asked, service_id=SERVICE_ID)
        reply.record.must_be("vacanciesReply", {"result": "FOUND", **fields})
        return reply.record.count("count"), reply.evidence


def _job_seeker(reply: Record, iin: str, *, evidence: tuple[Evidence, ...]) -> Record:
    reply.must_be("jobSeekerReply", {"iin": iin})
    if reply.text("result") != "FOUND":
        raise SilenceError(Cause.NO_RECORD, evidence=evidence)
    return reply.part("jobSeeker")
