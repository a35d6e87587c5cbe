"""The registers' client meets the sandbox: real answers, and every kind of silence with its cause."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from uuid import uuid4

import httpx2
import pytest
from cryptography import x509
from lxml import etree
from prometheus_client import REGISTRY as REGISTRY_OF_METRICS

from messaging import TransientError
from sandbox import soap
from sandbox.faults import Order, RegistryBehaviour
from sandbox.keys import SigningPair, make_pair
from sandbox.registries import EDUCATION, LABOUR, PERSONS
from sandbox.server import Sandbox, Settings, running
from sandbox.signatures import PayloadSigner
from sandbox.truth import Content
from verification.domain.answers import AskDiploma, AskPerson, AskWork, Cause, DiplomaFinding
from verification.registers.education import Education
from verification.registers.envelope import payload
from verification.registers.gateway import Gateway
from verification.registers.labour import Labour
from verification.registers.persons import Persons
from verification.registers.signatures import RsaSigner, verified
from verification.registers.silence import SilenceError

IIN, OTHER_IIN = "900101100014", "900101100500"
CLIENT = make_pair("client")
REGISTRY = make_pair("registry")
WHO = uuid4()
TRUTH = {
    "people": [
        {
            "iin": IIN,
            "surname": "Мысалов",
            "name": "Үлгі",
            "latin_surname": "MYSALOV",
            "birth_date": "1990-01-01",
            "sex": "M",
            "address": {"kato": "611010000", "text": "Түркістан", "begin_date": "2019-05-20"},
            "kandas": {"number": "KD 0001234", "granted_on": "2026-01-20", "quota_included_on": "2024-03-01"},
            "documents": [
                {"kind": "01", "number": "041234567", "issued_on": "2021-06-01", "expires_on": "2031-05-31"}
            ],
            "diplomas": [
                {
                    "number": "ЖБ-Б № 1234567",
                    "kind": "HIGHER",
                    "institution": "Үлгі",
                    "speciality": "Үлгі",
                    "issued_on": "2012-06-25",
                },
                {
                    "number": "ЖБ-Б № 7654321",
                    "kind": "HIGHER",
                    "institution": "Үлгі",
                    "speciality": "Үлгі",
                    "issued_on": "2012-06-25",
                    "status": "ANNULLED",
                },
            ],
            "job_seeker": {"status": "JOB_SEEKER", "occupations": ["7212"]},
        }
    ],
    "diplomas_not_issued": ["ТКБ 1"],
    "vacancies": [{"region": "590000000", "occupation": "7212", "count": 14}],
}


@pytest.fixture(scope="module")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    async with running(Settings(folder=tmp_path_factory.mktemp("sandbox"))) as one:
        one.gateway.truth.add(Content.model_validate(TRUTH))
        yield one


@pytest.fixture
async def gateway(sandbox: Sandbox) -> AsyncIterator[Gateway]:
    for faults in sandbox.gateway.faults.values():
        faults.tell(Order(behaviour=RegistryBehaviour.NORMAL))
    certificate = x509.load_pem_x509_certificate(sandbox.gateway.certificate)
    async with httpx2.AsyncClient() as http:
        yield Gateway(
            http=http,
            url=f"{sandbox.http}/gateway/sync",
            sender="qonys",
            signer=RsaSigner(key_pem=CLIENT.key, certificate_pem=CLIENT.certificate),
            certificate=certificate,
            timeout_seconds=5,
        )


def person(iin: str = IIN, consent: str = "c-1") -> AskPerson:
    return AskPerson(member_id=WHO, iin=iin, consent=consent)


async def test_a_person_comes_back_with_everything_the_rules_need(gateway: Gateway) -> None:
    answer = await Persons(gateway).ask(person())
    assert answer.silent is None
    found = answer.person
    assert found is not None
    assert (found.family_name, found.latin_family_name, found.birth_date) == (
        "Мысалов",
        "MYSALOV",
        date(1990, 1, 1),
    )
    assert found.alive
    assert not found.iin_excluded
    assert found.address is not None
    assert found.address.since == date(2019, 5, 20)
    assert found.kandas is not None
    assert found.kandas.quota_included_on == date(2024, 3, 1)
    assert [(d.kind, d.status, d.expires_on) for d in found.documents] == [("01", "VALID", date(2031, 5, 31))]


async def test_the_evidence_is_the_reply_as_it_came_and_its_signature_still_holds(gateway: Gateway) -> None:
    answer = await Persons(gateway).ask(person())
    (kept,) = answer.evidence
    record = payload(kept.body, http_status=200, answers=kept.request_id)
    assert gateway.certificate is not None
    assert verified(record, gateway.certificate).tag == record.tag


@pytest.mark.parametrize(
    ("number", "finding"),
    [
        ("ЖБ-Б № 1234567", DiplomaFinding.VALID),
        ("жбб1234567", DiplomaFinding.VALID),
        ("ЖБ-Б № 7654321", DiplomaFinding.ANNULLED),
        ("ТКБ 1", DiplomaFinding.NOT_ISSUED),
    ],
)
async def test_diplomas_are_found_annulled_or_never_issued(
    gateway: Gateway, number: str, finding: DiplomaFinding
) -> None:
    answer = await Education(gateway).ask(AskDiploma(member_id=WHO, iin=IIN, number=number))
    assert answer.finding is finding


async def test_a_diploma_of_somebody_else_says_so(gateway: Gateway) -> None:
    asked = AskDiploma(member_id=WHO, iin=OTHER_IIN, number="ЖБ-Б № 1234567")
    assert (await Education(gateway).ask(asked)).finding is DiplomaFinding.OTHER_HOLDER


@pytest.mark.parametrize(
    ("occupation", "vacancies", "replies"), [("7212", 14, 2), ("9999", 0, 1), (None, 0, 1)]
)
async def test_vacancies_are_counted_for_a_proven_skill(
    gateway: Gateway, occupation: str | None, vacancies: int, replies: int
) -> None:
    asked = AskWork(member_id=WHO, iin=IIN, region="590000000", occupation=occupation)
    answer = await Labour(gateway).ask(asked)
    assert answer.work is not None
    assert (answer.work.status, answer.work.vacancies) == ("JOB_SEEKER", vacancies)
    assert len(answer.evidence) == replies


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        ("slow", Cause.SLOW),
        ("silent", Cause.SLOW),
        ("fault", Cause.FAULT),
        ("garbage", Cause.NOT_XML),
        ("empty", Cause.EMPTY),
        ("huge", Cause.OVERSIZED),
        ("entities", Cause.ENTITIES),
        ("bad-signature", Cause.BAD_SIGNATURE),
        ("unavailable", Cause.UNAVAILABLE),
    ],
)
async def test_whatever_is_no_answer_is_silence_with_its_cause(
    sandbox: Sandbox, gateway: Gateway, behaviour: str, cause: Cause
) -> None:
    for service in (PERSONS, EDUCATION, LABOUR):
        order = Order[RegistryBehaviour](behaviour=RegistryBehaviour(behaviour), seconds=30)
        sandbox.gateway.faults[service].tell(order)
    hasty = replace(gateway, timeout_seconds=0.3 if cause is Cause.SLOW else 5)
    assert (await Persons(hasty).ask(person())).silent is cause
    asked = AskDiploma(member_id=WHO, iin=IIN, number="1")
    assert (await Education(hasty).ask(asked)).silent is cause
    work = AskWork(member_id=WHO, iin=IIN, region="590000000", occupation="7212")
    assert (await Labour(hasty).ask(work)).silent is cause


async def test_a_register_counts_as_silent_until_it_replies_again(sandbox: Sandbox, gateway: Gateway) -> None:
    sandbox.gateway.faults[PERSONS].tell(Order(behaviour=RegistryBehaviour.FAULT))
    await Persons(gateway).ask(person())
    assert silent(PERSONS) == 1
    sandbox.gateway.faults[PERSONS].tell(Order(behaviour=RegistryBehaviour.NORMAL))
    await Persons(gateway).ask(person())
    assert silent(PERSONS) == 0


def silent(service_id: str) -> float | None:
    return REGISTRY_OF_METRICS.get_sample_value("qonys_register_silent", {"service_id": service_id})


async def test_no_record_is_silence_too_and_its_signed_reply_is_kept(gateway: Gateway) -> None:
    answer = await Persons(gateway).ask(person(iin=OTHER_IIN))
    assert answer.silent is Cause.NO_RECORD
    assert len(answer.evidence) == 1


async def test_without_consent_the_register_stays_silent(gateway: Gateway) -> None:
    assert (await Persons(gateway).ask(person(consent=""))).silent is Cause.FAULT


async def test_a_gateway_that_cannot_be_reached_is_for_the_kernel_to_try_again(gateway: Gateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    with pytest.raises(TransientError):
        await Persons(replace(gateway, url=closed)).ask(person())


def a_reply(pair: SigningPair = REGISTRY, *, to: str = "m-1") -> bytes:
    """A signed reply about IIN."""
    record = etree.fromstring(f'<g:r xmlns:g="urn:x"><g:iin>{IIN}</g:iin></g:r>')
    return soap.reply(PayloadSigner(pair).signed(record), to=to)


def read(raw: bytes) -> etree._Element:
    certificate = x509.load_pem_x509_certificate(REGISTRY.certificate)
    return verified(payload(raw, http_status=200, answers="m-1"), certificate)


def test_a_reply_signed_by_the_register_is_read() -> None:
    assert read(a_reply()).findtext("{urn:x}iin") == IIN


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        (a_reply(make_pair("stranger")), Cause.BAD_SIGNATURE),
        (a_reply().replace(IIN.encode(), OTHER_IIN.encode()), Cause.BAD_SIGNATURE),
        (a_reply(to="m-2"), Cause.UNEXPECTED),
        (a_reply().replace(b"SCSS001", b"SCSE002"), Cause.FAULT),
        (b"<a/>", Cause.UNEXPECTED),
        (b"\x00\x01", Cause.NOT_XML),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/"><a/>', Cause.ENTITIES),
    ],
    ids=["stranger", "changed", "another question's", "status", "no envelope", "binary", "dtd"],
)
def test_a_reply_that_proves_nothing_is_silence(raw: bytes, cause: Cause) -> None:
    with pytest.raises(SilenceError) as silence:
        read(raw)
    assert silence.value.cause is cause


def test_a_forged_record_wrapped_around_a_signed_one_is_not_read() -> None:
    """Signature wrapping: the signed element is carried along, another stands where it is looked for."""
    honest = a_reply()
    start, end = honest.index(b"<data>") + 6, honest.index(b"</data>")
    signed_record = honest[start:end]
    forged = b'<g:r xmlns:g="urn:x"><g:iin>%s</g:iin>%s</g:r>' % (OTHER_IIN.encode(), signed_record)
    with pytest.raises(SilenceError) as silence:
        read(honest[:start] + forged + honest[end:])
    assert silence.value.cause is Cause.BAD_SIGNATURE


def test_two_records_in_one_reply_are_not_chosen_between() -> None:
    honest = a_reply()
    doubled = honest.replace(b"<data>", b"<data><x/>")
    with pytest.raises(SilenceError) as silence:
        read(doubled)
    assert silence.value.cause is Cause.UNEXPECTED


def test_a_signature_that_covers_only_a_part_inside_is_refused() -> None:
    """The forged record carries the signature itself, over the honest record hidden in it."""
    honest = a_reply()
    start, end = honest.index(b"<data>") + 6, honest.index(b"</data>")
    cut, close = honest.index(b"<ds:Signature"), honest.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    signature, inside = honest[cut:close], honest[start:cut] + honest[close:end]
    forged = b'<g:r xmlns:g="urn:x"><g:iin>%s</g:iin>%s%s</g:r>' % (OTHER_IIN.encode(), inside, signature)
    with pytest.raises(SilenceError) as silence:
        read(honest[:start] + forged + honest[end:])
    assert silence.value.cause is Cause.BAD_SIGNATURE


CONTENT = b"""
<q:person><q:surname>S</q:surname><q:name>N</q:name><q:birthDate>1990-01-01</q:birthDate>
<q:citizenship>KAZ</q:citizenship><q:lifeStatus>ALIVE</q:lifeStatus><q:iinExcluded>false</q:iinExcluded></q:person>
<q:number>1</q:number><q:diploma><q:status>VALID</q:status></q:diploma>
<q:jobSeeker><q:status>JOB_SEEKER</q:status></q:jobSeeker>
"""


@pytest.fixture
async def confused(gateway: Gateway) -> AsyncIterator[Gateway]:
    """A gateway that answers every question rightly signed, but about `OTHER_IIN`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(re.findall(rb"(?i)content-length: (\d+)", head)[0])
        asked = await reader.readexactly(length)
        (message_id,) = re.findall(rb"<messageId>([^<]+)<", asked)
        (question,) = re.findall(rb"<q:(\w+)Request", asked)
        (namespace,) = re.findall(rb'xmlns:q="([^"]+)"', asked)
        content = b"<q:result>FOUND</q:result><q:iin>%s</q:iin>%s" % (OTHER_IIN.encode(), CONTENT)
        record = etree.fromstring(
            b'<q:%sReply xmlns:q="%s">%s</q:%sReply>' % (question, namespace, content, question)
        )
        body = soap.reply(PayloadSigner(REGISTRY).signed(record), to=message_id.decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        certificate = x509.load_pem_x509_certificate(REGISTRY.certificate)
        yield replace(gateway, url=f"http://127.0.0.1:{port}/", certificate=certificate)


async def test_an_answer_about_somebody_else_is_silence(confused: Gateway) -> None:
    diploma = AskDiploma(member_id=WHO, iin=IIN, number="1")
    work = AskWork(member_id=WHO, iin=IIN, region="590000000", occupation=None)
    assert (await Persons(confused).ask(person())).silent is Cause.UNEXPECTED
    assert (await Education(confused).ask(diploma)).silent is Cause.UNEXPECTED
    assert (await Labour(confused).ask(work)).silent is Cause.UNEXPECTED


async def test_the_same_answer_about_the_one_who_was_asked_about_counts(confused: Gateway) -> None:
    work = AskWork(member_id=WHO, iin=OTHER_IIN, region="590000000", occupation=None)
    assert (await Persons(confused).ask(person(iin=OTHER_IIN))).person is not None
    assert (await Labour(confused).ask(work)).work is not None
