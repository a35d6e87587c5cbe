"""The sandbox's gateway speaks the published envelope, checks signatures and misbehaves as told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.exceptions import InvalidDigest
from signxml.signer import XMLSigner
from signxml.verifier import VerifyResult, XMLVerifier

from sandbox.keys import SigningPair, make_pair
from sandbox.registries import EDUCATION, EDUCATION_NS, LABOUR, LABOUR_NS, PERSONS, PERSONS_NS
from sandbox.server import Sandbox, Settings, running

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SYNC = "http://bip.bee.kz/SyncChannel/v10/Types"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
IIN = "900101100014"
CLIENT = make_pair("client")
CONSENT = "<properties><key>consentToken</key><value>t-1</value></properties>"
TRUTH = {
    "people": [
        {
            "iin": IIN,
            "surname": "Үлгібаев",
            "name": "Үлгі",
            "birth_date": "1990-01-01",
            "sex": "M",
            "address": {"kato": "611010000", "text": "Түркістан", "begin_date": "2019-05-20"},
            "documents": [{"kind": "01", "number": "041234567", "issued_on": "2021-06-01"}],
            "diplomas": [
                {
                    "number": "ЖБ-Б № 1234567",
                    "kind": "HIGHER",
                    "institution": "Үлгі университеті",
                    "speciality": "Мұғалім",
                    "issued_on": "2012-06-25",
                }
            ],
            "job_seeker": {"status": "JOB_SEEKER", "registered_on": "2026-01-12", "occupations": ["7212"]},
        }
    ],
    "diplomas_not_issued": ["ТКБ 7654321"],
    "vacancies": [{"region": "590000000", "occupation": "7212", "count": 14}],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kept between the tests of this module: making the register's key takes a while."""
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture
async def sandbox(folder: Path) -> AsyncIterator[Sandbox]:
    async with running(Settings(folder=folder)) as parts:
        yield parts


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=sandbox.http, timeout=10) as client:
        (await client.put("/sandbox/truth", json=TRUTH)).raise_for_status()
        yield client


def envelope(
    service: str,
    payload: str,
    *,
    extra: str = CONSENT,
    pair: SigningPair | None = CLIENT,
    covers: str = "body-1",
) -> bytes:
    """A request as docs/registries.md shows it, signed by `pair` over what `covers` names."""
    root = etree.fromstring(
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:u="{WSU}"><s:Header><w:Security xmlns:w="{WSSE}"/></s:Header>'
        f'<s:Body u:Id="body-1"><t:SendMessage xmlns:t="{SYNC}"><request><requestInfo u:Id="info-1">'
        f"<messageId>m-1</messageId><serviceId>{service}</serviceId>"
        f"<messageDate>{datetime.now(UTC).isoformat()}</messageDate><sender><senderId>qonys</senderId></sender>"
        f"{extra}</requestInfo><requestData><data>{payload}</data></requestData></request></t:SendMessage>"
        "</s:Body></s:Envelope>"
    )
    if pair:
        signer = XMLSigner(
            method=SignatureConstructionMethod.detached,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        signature = signer.sign(
            root,
            key=pair.private_key(),
            cert=pair.certificate.decode(),
            reference_uri=f"#{covers}",
            id_attribute="Id",
        )
        root[0][0].append(signature)
    return etree.tostring(root)


def person(iin: str = IIN) -> str:
    return f'<g:personRequest xmlns:g="{PERSONS_NS}"><g:iin>{iin}</g:iin></g:personRequest>'


def diploma(number: str, iin: str = IIN) -> str:
    return (
        f'<e:diplomaRequest xmlns:e="{EDUCATION_NS}"><e:iin>{iin}</e:iin>'
        f"<e:number>{number}</e:number></e:diplomaRequest>"
    )


async def ask(http: httpx2.AsyncClient, body: bytes) -> httpx2.Response:
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
    return await http.post("/gateway/sync", content=body, headers=headers)


async def payload(http: httpx2.AsyncClient, body: bytes) -> etree._Element:
    answer = await ask(http, body)
    assert answer.status_code == 200, answer.text
    return child(etree.fromstring(answer.content), ".//responseData/data")[0]


def child(parent: etree._Element, path: str) -> etree._Element:
    found = parent.find(path)
    assert found is not None, path
    return found


def texts(element: etree._Element) -> dict[str, str]:
    """Leaves of the payload by local name."""
    return {etree.QName(e).localname: e.text or "" for e in element.iter() if len(e) == 0}


def error_code(answer: httpx2.Response) -> str | None:
    assert answer.status_code == 500
    return etree.fromstring(answer.content).findtext(".//errorCode")


async def test_a_reply_is_the_published_envelope_with_children_in_no_namespace(
    http: httpx2.AsyncClient,
) -> None:
    answer = await ask(http, envelope(PERSONS, person()))
    root = etree.fromstring(answer.content)
    info = child(root, f"{{{SOAP}}}Body/{{{SYNC}}}SendMessageResponse/response/responseInfo")
    assert [child.tag for child in info] == [
        "messageId",
        "correlationId",
        "responseDate",
        "status",
        "sessionId",
    ]
    assert info.findtext("correlationId") == "m-1"
    assert info.findtext("status/code") == "SCSS001"
    assert info.findtext("sessionId", "")[0] + info.findtext("sessionId", "")[-1] == "{}"
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"


async def test_the_persons_register_tells_the_person_and_since_when_they_live_where(
    http: httpx2.AsyncClient,
) -> None:
    found = texts(await payload(http, envelope(PERSONS, person())))
    assert found["result"] == "FOUND"
    assert (found["surname"], found["kato"], found["beginDate"]) == ("Үлгібаев", "611010000", "2019-05-20")
    assert found["iinExcluded"] == "false"


async def test_a_person_nobody_knows_is_no_record_and_not_an_error(http: httpx2.AsyncClient) -> None:
    found = texts(await payload(http, envelope(PERSONS, person("900101100500"))))
    assert (found["result"], found["iin"]) == ("NO_RECORD", "900101100500")
    assert "surname" not in found


@pytest.mark.parametrize(
    ("number", "iin", "result"),
    [
        ("ЖБ-Б № 1234567", IIN, "FOUND"),
        ("жбб1234567", IIN, "FOUND"),
        ("ЖБ-Б № 1234567", "900101100500", "OTHER_HOLDER"),
        ("ТКБ-7654321", IIN, "NOT_ISSUED"),
        ("ТКБ 1111111", IIN, "NO_RECORD"),
    ],
)
async def test_the_education_register_tells_forged_from_unknown(
    http: httpx2.AsyncClient, number: str, iin: str, result: str
) -> None:
    found = texts(await payload(http, envelope(EDUCATION, diploma(number, iin))))
    assert found["result"] == result
    assert ("institution" in found) == (result == "FOUND")


async def test_the_labour_register_answers_both_its_questions(http: httpx2.AsyncClient) -> None:
    seeker = f'<l:jobSeekerRequest xmlns:l="{LABOUR_NS}"><l:iin>{IIN}</l:iin></l:jobSeekerRequest>'
    vacancies = (
        f'<l:vacanciesRequest xmlns:l="{LABOUR_NS}"><l:region>591010000</l:region>'
        "<l:occupation>7212</l:occupation></l:vacanciesRequest>"
    )
    assert texts(await payload(http, envelope(LABOUR, seeker)))["status"] == "JOB_SEEKER"
    assert texts(await payload(http, envelope(LABOUR, vacancies)))["count"] == "14"


async def test_a_reply_carries_the_registers_signature_in_place_and_taken_out(
    http: httpx2.AsyncClient, sandbox: Sandbox
) -> None:
    answer = await ask(http, envelope(PERSONS, person()))
    certificate = x509.load_pem_x509_certificate(sandbox.gateway.certificate)
    root = etree.fromstring(answer.content)
    inside = child(root, ".//responseData/data")[0]
    for document in (root, etree.fromstring(etree.tostring(inside))):
        checked = XMLVerifier().verify(document, x509_cert=certificate, id_attribute="Id")
        assert isinstance(checked, VerifyResult)
        assert checked.signed_xml is not None
        assert checked.signed_xml.get("Id") == inside.get("Id")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"hello", "SCSE001"),
        (b'<!DOCTYPE x [<!ENTITY y "z">]>' + envelope(PERSONS, person()), "SCSE001"),
        (envelope(PERSONS, ""), "SCSE001"),
        (envelope(PERSONS, diploma("1")), "SCSE001"),
        (envelope(PERSONS, person(), pair=None), "SCSE003"),
        (envelope(PERSONS, person()).replace(IIN.encode(), b"900101100500"), "SCSE003"),
        (envelope("GBDRN", person()), "SCSE004"),
        (envelope(PERSONS, person(), extra=""), "SCSE005"),
    ],
    ids=["text", "dtd", "no-data", "other-question", "unsigned", "changed", "unknown-service", "no-consent"],
)
async def test_what_the_gateway_cannot_take_is_a_fault_with_its_code(
    http: httpx2.AsyncClient, body: bytes, code: str
) -> None:
    answer = await ask(http, body)
    assert error_code(answer) == code
    detail = child(etree.fromstring(answer.content), ".//detail")[0]
    assert [child.tag for child in detail] == ["errorCode", "errorMessage", "errorDate", "sessionId"]


async def test_a_body_wrapped_beside_the_signed_one_is_refused(http: httpx2.AsyncClient) -> None:
    root = etree.fromstring(envelope(PERSONS, person()))
    signed = child(root, f"{{{SOAP}}}Body")
    forged = etree.fromstring(etree.tostring(signed).replace(IIN.encode(), b"900101100500"))
    forged.set(f"{{{WSU}}}Id", "body-2")
    root.append(forged)
    found = texts(await payload(http, etree.tostring(root)))
    assert found["iin"] == IIN  # what was signed is what is answered


async def test_a_signature_over_less_than_the_body_is_refused(http: httpx2.AsyncClient) -> None:
    assert error_code(await ask(http, envelope(PERSONS, person(), covers="info-1"))) == "SCSE003"


async def test_a_certificate_may_stand_in_a_binary_security_token(http: httpx2.AsyncClient) -> None:
    root = etree.fromstring(envelope(PERSONS, person()))
    security, key_info = root[0][0], child(root, ".//{*}KeyInfo")
    token = etree.SubElement(security, f"{{{WSSE}}}BinarySecurityToken")
    token.text = child(key_info, ".//{*}X509Certificate").text
    key_info.clear()
    etree.SubElement(key_info, f"{{{WSSE}}}SecurityTokenReference")
    assert (await ask(http, etree.tostring(root))).status_code == 200


async def test_only_the_configured_clients_signature_is_accepted(http: httpx2.AsyncClient) -> None:
    (await http.put("/sandbox/registries/client-certificate", content=CLIENT.certificate)).raise_for_status()
    assert (await ask(http, envelope(PERSONS, person()))).status_code == 200
    stranger = envelope(PERSONS, person(), pair=make_pair("stranger"))
    assert error_code(await ask(http, stranger)) == "SCSE003"


async def tell(http: httpx2.AsyncClient, **order: object) -> None:
    (await http.put(f"/sandbox/registries/{PERSONS}", json=order)).raise_for_status()


async def test_told_to_fault_it_faults_for_as_many_times_as_told(http: httpx2.AsyncClient) -> None:
    await tell(http, behaviour="fault", times=2)
    codes = [(await ask(http, envelope(PERSONS, person()))).status_code for _ in range(3)]
    assert codes == [500, 500, 200]


async def test_an_order_for_one_iin_leaves_everybody_else_alone(http: httpx2.AsyncClient) -> None:
    await tell(http, behaviour="unavailable", iins=["900101100500"])
    assert (await ask(http, envelope(PERSONS, person()))).status_code == 200
    assert (await ask(http, envelope(PERSONS, person("900101100500")))).status_code == 503


async def test_told_to_be_silent_it_never_answers(http: httpx2.AsyncClient) -> None:
    await tell(http, behaviour="silent")
    with pytest.raises(httpx2.ReadTimeout):
        await http.post("/gateway/sync", content=envelope(PERSONS, person()), timeout=0.2)


async def test_told_to_be_slow_it_takes_that_long(http: httpx2.AsyncClient) -> None:
    await tell(http, behaviour="slow", seconds=0.3)
    answer = await ask(http, envelope(PERSONS, person()))
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.3


async def test_told_to_break_its_reply_it_breaks_it_in_the_way_told(http: httpx2.AsyncClient) -> None:
    replies = {}
    for behaviour in ("garbage", "empty", "huge", "entities"):
        await tell(http, behaviour=behaviour)
        replies[behaviour] = (await ask(http, envelope(PERSONS, person()))).content
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(replies["garbage"])
    assert replies["empty"] == b""
    assert len(replies["huge"]) > 10 << 20
    tame = etree.XMLParser(resolve_entities=False)
    assert etree.fromstring(replies["entities"], tame).getroottree().docinfo.internalDTD is not None


async def test_told_to_sign_badly_its_answer_looks_right_and_its_digest_is_wrong(
    http: httpx2.AsyncClient,
) -> None:
    await tell(http, behaviour="bad-signature")
    answer = await payload(http, envelope(PERSONS, person()))
    assert texts(answer)["result"].strip() == "FOUND"
    certificate = x509.load_pem_x509_certificate((await http.get("/sandbox/registries/certificate")).content)
    with pytest.raises(InvalidDigest):
        XMLVerifier().verify(answer, x509_cert=certificate, id_attribute="Id")


async def test_every_request_is_in_the_log_until_it_is_emptied(http: httpx2.AsyncClient) -> None:
    await ask(http, envelope(PERSONS, person()))
    await ask(http, envelope(EDUCATION, diploma("1")))
    log = (await http.get("/sandbox/registries/log")).json()
    assert [(line["service_id"], line["iin"]) for line in log] == [(PERSONS, IIN), (EDUCATION, IIN)]
    await http.delete("/sandbox/registries/log")
    assert (await http.get("/sandbox/registries/log")).json() == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/sandbox/registries/GBDRN", {"behaviour": "normal"}, 404),
        (f"/sandbox/registries/{PERSONS}", {"behaviour": "angry"}, 422),
        ("/sandbox/truth", {"people": [{"iin": "12"}]}, 422),
        ("/sandbox/truth", {"peple": []}, 422),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(
    http: httpx2.AsyncClient, path: str, body: object, status: int
) -> None:
    assert (await http.put(path, json=body)).status_code == status
