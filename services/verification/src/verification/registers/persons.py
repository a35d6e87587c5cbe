"""The persons' register (ГБД ФЛ); its payload is assumed (docs/registries.md §4)."""

from verification.domain.answers import Address, AskPerson, Cause, Document, Kandas, Person, PersonAnswer
from verification.registers.gateway import Gateway, Reply
from verification.registers.record import Record, question
from verification.registers.silence import SilenceError

SERVICE_ID = "GBDFL_UniversalServiceSync"
NAMESPACE = "urn:qonys:assumed:gbdfl:v1"
CONSENT = "consentToken"


class Persons:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def ask(self, call: AskPerson) -> PersonAnswer:
        """Silence comes back as an answer; only an unreachable gateway raises (`TransientError`)."""
        try:
            reply = await self._asked(call)
        except SilenceError as silence:
            return PersonAnswer(member_id=call.member_id, silent=silence.cause)
        try:
            person = _person(reply.record, call.iin)
        except SilenceError as silence:
            return PersonAnswer(member_id=call.member_id, silent=silence.cause, evidence=reply.evidence)
        return PersonAnswer(member_id=call.member_id, person=person, evidence=reply.evidence)

    async def _asked(self, call: AskPerson) -> Reply:
        return await self._gateway.ask(
            question(NAMESPACE, "personRequest", {"iin": call.iin}),
            service_id=SERVICE_ID,
            properties={CONSENT: call.consent},
        )


def _person(reply: Record, iin: str) -> Person:
    reply.must_be("personReply", {"iin": iin})
    if reply.text("result") != "FOUND":
        raise SilenceError(Cause.NO_RECORD)
    person = reply.part("person")
    return Person(
        family_name=person.text("surname"),
        given_name=person.text("name"),
        patronymic=person.text_or_none("patronymic"),
        latin_family_name=person.text_or_none("latinSurname"),
        latin_given_name=person.text_or_none("latinName"),
        birth_date=person.day("birthDate"),
        citizenship=person.text("citizenship"),
        alive=person.text("lifeStatus") == "ALIVE" and person.day_or_none("deathDate") is None,
        iin_excluded=person.text("iinExcluded") not in ("false", "0"),
        address=_address(person.part_or_none("address")),
        kandas=_kandas(person.part_or_none("kandas")),
        documents=tuple(map(_document, person.parts("document"))),
    )


def _address(record: Record | None) -> Address | None:
    return Address(kato=record.text("kato"), since=record.day("beginDate")) if record else None


def _kandas(record: Record | None) -> Kandas | None:
    if record is None:
        return None
    return Kandas(status=record.text("status"), quota_included_on=record.day_or_none("quotaIncludedOn"))


def _document(record: Record) -> Document:
    return Document(
        kind=record.text("kind"),
        number=record.text("number"),
        status=record.text("status"),
        expires_on=record.day_or_none("expiresOn"),
    )
