"""The three registers: each reads its question and writes its answer (docs/registries.md §4-6)."""

from collections.abc import Callable, Iterable
from datetime import date

from lxml import etree

from sandbox.soap import NO_CONSENT, NOT_OUR_FORMAT, UNKNOWN_SERVICE, GatewayError, Request
from sandbox.truth import Address, Diploma, Document, JobSeeker, KandasStatus, Person, Truth

PERSONS = "GBDFL_UniversalServiceSync"
EDUCATION = "NOBD_EPVO_Diploma"
LABOUR = "LabourMarket_JobSeeker"

PERSONS_NS = "urn:qonys:assumed:gbdfl:v1"
EDUCATION_NS = "urn:qonys:assumed:education:v1"
LABOUR_NS = "urn:qonys:assumed:labour:v1"

#: One field of a record: its element's name and its value; None leaves the element out.
Field = tuple[str, str | date | bool | int | None]


def answer(request: Request, truth: Truth) -> etree._Element:
    """The unsigned payload of the reply; raises `GatewayError` for what cannot be answered."""
    question = etree.QName(request.payload)
    asked = _QUESTIONS.get((request.service_id, f"{{{question.namespace}}}{question.localname}"))
    if asked is None:
        raise GatewayError(NOT_OUR_FORMAT, f"{request.service_id} does not know {request.payload.tag}")
    return asked(request, truth)


def require_known(service_id: str) -> None:
    """Raises `GatewayError` when there is no such register."""
    if service_id not in (PERSONS, EDUCATION, LABOUR):
        raise GatewayError(UNKNOWN_SERVICE, f"serviceId {service_id} is not known")


def iin_of(request: Request) -> str:
    """The IIN asked about; empty when the question is not about a person."""
    return next((text for e in request.payload if e.tag.endswith("}iin") and (text := e.text)), "")


def _person(request: Request, truth: Truth) -> etree._Element:
    if not request.properties.get("consentToken"):
        raise GatewayError(NO_CONSENT, "property consentToken is missing: the citizen's consent is needed")
    iin = _asked(request, "iin")
    person = truth.person(iin)
    reply = _reply(
        PERSONS_NS, "g:personReply", [("result", "FOUND" if person else "NO_RECORD"), ("iin", iin)]
    )
    if person:
        _write_person(reply, person)
    return reply


def _diploma(request: Request, truth: Truth) -> etree._Element:
    iin, number = _asked(request, "iin"), _asked(request, "number")
    found = truth.diploma(iin, number)
    result = "FOUND" if isinstance(found, Diploma) else found
    reply = _reply(EDUCATION_NS, "e:diplomaReply", [("result", result), ("iin", iin), ("number", number)])
    if isinstance(found, Diploma):
        fields: list[Field] = [("kind", found.kind), ("institution", found.institution)]
        fields += [("speciality", found.speciality), ("issuedOn", found.issued_on), ("status", found.status)]
        _add(reply, "diploma", fields)
    return reply


def _job_seeker(request: Request, truth: Truth) -> etree._Element:
    iin = _asked(request, "iin")
    person = truth.person(iin)
    seeker = person.job_seeker if person else None
    reply = _reply(
        LABOUR_NS, "l:jobSeekerReply", [("result", "FOUND" if seeker else "NO_RECORD"), ("iin", iin)]
    )
    if seeker:
        _write_job_seeker(reply, seeker)
    return reply


def _vacancies(request: Request, truth: Truth) -> etree._Element:
    region, occupation = _asked(request, "region"), _asked(request, "occupation")
    fields: list[Field] = [("result", "FOUND"), ("region", region), ("occupation", occupation)]
    return _reply(LABOUR_NS, "l:vacanciesReply", [*fields, ("count", truth.vacancies(region, occupation))])


def _write_person(reply: etree._Element, person: Person) -> None:
    names: list[Field] = [
        ("surname", person.surname),
        ("name", person.name),
        ("patronymic", person.patronymic),
        ("latinSurname", person.latin_surname),
        ("latinName", person.latin_name),
    ]
    state: list[Field] = [
        ("birthDate", person.birth_date),
        ("deathDate", person.death_date),
        ("sex", person.sex),
        ("citizenship", person.citizenship),
        ("lifeStatus", person.life_status),
        ("iinExcluded", person.iin_excluded),
    ]
    element = _add(reply, "person", names + state)
    if person.address:
        _add(element, "address", _address(person.address))
    if person.kandas:
        _add(element, "kandas", _kandas(person.kandas))
    for document in person.documents:
        _add(element, "document", _document(document))


def _address(address: Address) -> list[Field]:
    return [("kato", address.kato), ("text", address.text), ("beginDate", address.begin_date)]


def _kandas(kandas: KandasStatus) -> list[Field]:
    granted: list[Field] = [("number", kandas.number), ("grantedOn", kandas.granted_on)]
    return [("status", kandas.status), *granted, ("quotaIncludedOn", kandas.quota_included_on)]


def _document(document: Document) -> list[Field]:
    dates: list[Field] = [("issuedOn", document.issued_on), ("expiresOn", document.expires_on)]
    return [("kind", document.kind), ("number", document.number), *dates, ("status", document.status)]


def _write_job_seeker(reply: etree._Element, seeker: JobSeeker) -> None:
    fields: list[Field] = [("status", seeker.status), ("registeredOn", seeker.registered_on)]
    _add(reply, "jobSeeker", fields + [("occupation", o) for o in seeker.occupations])


def _reply(namespace: str, name: str, fields: Iterable[Field]) -> etree._Element:
    prefix, local = name.split(":")
    element = etree.Element(f"{{{namespace}}}{local}", nsmap={prefix: namespace})
    _write(element, fields)
    return element


def _add(parent: etree._Element, name: str, fields: Iterable[Field]) -> etree._Element:
    element = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    _write(element, fields)
    return element


def _write(element: etree._Element, fields: Iterable[Field]) -> None:
    namespace = etree.QName(element).namespace
    for name, value in fields:
        if value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            etree.SubElement(element, f"{{{namespace}}}{name}").text = text


def _asked(request: Request, name: str) -> str:
    namespace = etree.QName(request.payload).namespace
    text = (request.payload.findtext(f"{{{namespace}}}{name}") or "").strip()
    if not text:
        raise GatewayError(NOT_OUR_FORMAT, f"{etree.QName(request.payload).localname} has no {name}")
    return text


_QUESTIONS: dict[tuple[str, str], Callable[[Request, Truth], etree._Element]] = {
    (PERSONS, f"{{{PERSONS_NS}}}personRequest"): _person,
    (EDUCATION, f"{{{EDUCATION_NS}}}diplomaRequest"): _diploma,
    (LABOUR, f"{{{LABOUR_NS}}}jobSeekerRequest"): _job_seeker,
    (LABOUR, f"{{{LABOUR_NS}}}vacanciesRequest"): _vacancies,
}
