"""Certificates come into being once, on a reserved place and a clear verdict, and pay for one home."""

import json
from base64 import urlsafe_b64decode
from datetime import date
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey

from contracts.intake import ApplicationWithdrawn
from contracts.verification import (
    CertificateIssued,
    CertificateRefused,
    CertificateRevoked,
    PaymentAuthorised,
    PaymentRefused,
    QuotaReleased,
)
from unit.verification.families import (
    NORTH,
    QUESTIONNAIRE,
    RULES,
    SEVERO,
    Bench,
    application,
    asks_of,
    bench,
    confirming,
    home,
    member,
)
from verification.domain.certificates import Certificate, compact_jws
from verification.domain.payments import payment
from verification.domain.quota import LedgerKey
from verification.signing import signer_of

CAP = 7_028_125
KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certified(tried: Bench, **changes: object) -> tuple[Bench, CertificateIssued]:
    family = tried.apply(application(**changes), uuid4())
    tried.hear(family, QUESTIONNAIRE)
    (event,) = tried.told(family, CertificateIssued)
    return tried, event


def test_the_certificate_names_its_cap_people_and_region() -> None:
    _, event = certified(bench())
    assert (event.number, event.cap_tenge, event.people, event.region) == (
        "KZ-59-2026-R000001",
        CAP,
        2,
        SEVERO,
    )
    assert event.issued_on == date(2026, 3, 2)


def test_its_signed_content_holds_no_name() -> None:
    _, event = certified(bench())
    payload = event.jws.split(".")[1]
    claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert set(claims) == {"iss", "sub", "number", "cap_tenge", "people", "region", "category", "issued_on"}


def test_an_application_of_2025_is_cut_by_the_rules_of_2025() -> None:
    year = LedgerKey(2025, SEVERO, NORTH.category)
    _, event = certified(bench(ledgers={year: 10}), submitted_on=date(2025, 11, 3))
    assert event.cap_tenge == 4_561_120


def test_the_questionnaire_may_come_before_the_verdict() -> None:
    tried, family, said = bench(), uuid4(), application()
    asks = asks_of(tried.hear(family, said))
    tried.hear(family, QUESTIONNAIRE)
    assert not tried.told(family, CertificateIssued)
    for ask in asks:
        tried.hear(family, confirming(ask, said))
    assert len(tried.told(family, CertificateIssued)) == 1


def test_the_questionnaire_may_even_come_before_the_application() -> None:
    tried, family = bench(), uuid4()
    tried.hear(family, QUESTIONNAIRE)
    tried.apply(application(), family)
    assert len(tried.told(family, CertificateIssued)) == 1


def test_a_second_questionnaire_makes_no_second_certificate() -> None:
    tried, family = bench(), uuid4()
    tried.apply(application(), family)
    tried.hear(family, QUESTIONNAIRE)
    assert tried.hear(family, QUESTIONNAIRE) == []


@pytest.mark.parametrize("early", [True, False])
def test_whoever_is_not_entitled_is_refused_the_certificate(early: bool) -> None:
    tried, family = bench(), uuid4()
    for step in (QUESTIONNAIRE, None) if early else (None, QUESTIONNAIRE):
        if step is None:
            tried.apply(application(member(able_to_work=False)), family)
        else:
            tried.hear(family, step)
    (event,) = tried.told(family, CertificateRefused)
    assert event.reasons[0].code == "no_right_to_certificate"
    assert not tried.told(family, CertificateIssued)


def test_a_withdrawal_before_anything_else_leaves_nothing_to_check() -> None:
    tried, family = bench(), uuid4()
    tried.hear(family, ApplicationWithdrawn())
    assert tried.hear(family, application()) == []
    assert tried.hear(family, QUESTIONNAIRE) == []


def test_a_withdrawal_revokes_the_certificate_and_releases_its_place() -> None:
    tried, family = bench(), uuid4()
    tried.apply(application(), family)
    tried.hear(family, QUESTIONNAIRE)
    tried.hear(family, ApplicationWithdrawn())
    assert len(tried.told(family, CertificateRevoked)) == len(tried.told(family, QuotaReleased)) == 1
    tried.hear(family, home())
    assert tried.told(family, PaymentRefused)[0].reasons[0].code == "no_certificate"


def test_what_was_paid_is_not_given_back() -> None:
    tried, family = bench(), uuid4()
    tried.apply(application(), family)
    tried.hear(family, QUESTIONNAIRE)
    tried.hear(family, home())
    assert tried.hear(family, ApplicationWithdrawn()) == []
    assert tried.ledger().issued == 2


@pytest.mark.parametrize(
    ("price", "amount", "mortgage"),
    [(6_000_000, 6_000_000, 0), (CAP, CAP, 0), (9_000_000, CAP, 9_000_000 - CAP)],
    ids=["below the cap", "the cap", "above the cap"],
)
def test_the_certificate_pays_up_to_its_cap_and_the_rest_is_the_mortgage(
    price: int, amount: int, mortgage: int
) -> None:
    tried, family = bench(), uuid4()
    tried.apply(application(), family)
    tried.hear(family, QUESTIONNAIRE)
    tried.hear(family, home(price))
    (event,) = tried.told(family, PaymentAuthorised)
    assert (event.price_tenge, event.amount_tenge, event.mortgage_tenge) == (price, amount, mortgage)


@pytest.mark.parametrize(
    ("house", "code"), [(home(kato="551010000"), "home_elsewhere"), (home(0), "price_missing")]
)
def test_a_home_that_the_certificate_cannot_pay_is_refused(house: object, code: str) -> None:
    tried, family = bench(), uuid4()
    tried.apply(application(), family)
    tried.hear(family, QUESTIONNAIRE)
    tried.hear(family, house)
    assert [e.reasons[0].code for e in tried.told(family, PaymentRefused)] == [code]


def test_a_home_without_a_certificate_is_refused() -> None:
    tried, family = bench(), uuid4()
    tried.hear(family, home())
    assert tried.told(family, PaymentRefused)[0].reasons[0].code == "no_certificate"


def test_a_second_payment_is_refused() -> None:
    tried, family = bench(), uuid4()
    tried.apply(application(), family)
    for step in (QUESTIONNAIRE, home(), home(5_000_000)):
        tried.hear(family, step)
    assert len(tried.told(family, PaymentAuthorised)) == 1
    assert tried.told(family, PaymentRefused)[0].reasons[0].code == "paid_already"


@given(price=st.integers(1, 10**9), year=st.sampled_from([2025, 2026]))
def test_no_payment_exceeds_cap_or_price_and_nothing_is_left_over(price: int, year: int) -> None:
    certificate = Certificate(
        application_id=uuid4(),
        number="KZ-59-2026-R000001",
        cap_tenge=CAP,
        people=1,
        region=SEVERO,
        category=NORTH.category,
        issued_on=date(year, 3, 2),
        submitted_on=date(year, 3, 2),
        jws="",
    )
    share = RULES.on(certificate.submitted_on).share_percent
    made = payment(certificate, home(price), share_percent=share, now=bench().now)
    assert 0 <= made.amount_tenge <= min(CAP, price)
    assert made.amount_tenge + made.mortgage_tenge == price
    if year == 2025:
        assert made.amount_tenge <= price // 2


def test_the_signature_is_es256_deterministic_and_fails_when_a_byte_changes() -> None:
    signer, key = signer_of(PEM), ECKey.import_key(PEM)
    token = compact_jws({"number": "KZ-59-2026-R000001"}, signer)
    assert token == compact_jws({"number": "KZ-59-2026-R000001"}, signer)
    verified = jws.deserialize_compact(token, key, algorithms=["ES256"])
    assert json.loads(verified.payload or b"")["number"] == "KZ-59-2026-R000001"
    assert verified.headers()["kid"] == signer.key_id == key.thumbprint()
    other = compact_jws({"number": "KZ-59-2026-R000002"}, signer)
    forged = ".".join([*other.split(".")[:2], token.split(".")[2]])
    with pytest.raises(BadSignatureError):
        jws.deserialize_compact(forged, key, algorithms=["ES256"])


def test_a_key_of_another_curve_is_refused() -> None:
    wrong = ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(ValueError, match="P-256"):
        signer_of(wrong.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
