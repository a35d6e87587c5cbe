"""Verification on real topics, registers and tables: from an application to a certificate and its payment."""

import asyncio
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from itertools import count
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from chassis.auth import unprotected_routes
from console.broker import Broker
from console.postgres import Postgres
from contracts.intake import (
    ApplicationWithdrawn,
    HousingChosen,
    Kinship,
    Member,
    PersonName,
    QuestionnaireCompleted,
)
from contracts.verification import (
    CertificateIssued,
    CertificateRevoked,
    CheckConfirmed,
    CheckContradicted,
    CheckSilent,
    EligibilityDecided,
    PaymentAuthorised,
    QuotaReleased,
    QuotaReserved,
    QuotaWaitlisted,
    Verdict,
    VerificationCompleted,
)
from contracts.words import Category
from sandbox.faults import RegistryBehaviour
from sandbox.issuer import TokenRequest
from support.verification import RunningVerification, family_of, running_verification, truth_about
from verification import store
from verification.domain.certificates import Certificate
from verification.domain.draft import CertificateOf

QUESTIONNAIRE = QuestionnaireCompleted(housing_intent="purchase", wants_work=True, wants_training=False)
SEVERO = "590000000"
_numbers = count(1)


@pytest.fixture(scope="module")
async def verification(
    postgres: Postgres, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningVerification]:
    folder = tmp_path_factory.mktemp("verification")
    async with running_verification(postgres, broker, folder=folder, gateway_timeout_seconds=2) as one:
        yield one


def iin() -> str:
    """A new synthetic IIN: century digit 1, so that nobody living has it."""
    while True:
        body = f"900101{10_000 + next(_numbers):05d}"
        check = sum(int(d) * w for d, w in zip(body, range(1, 12), strict=True)) % 11
        if check < 10:
            return f"{body}{check}"


def adult(**changes: object) -> Member:
    known: dict[str, object] = {
        "member_id": uuid4(),
        "kinship": Kinship.APPLICANT,
        "name": PersonName(family="Мысалов", given="Үлгі", patronymic="Сынақұлы"),
        "birth_date": date(1990, 1, 1),
        "iin": iin(),
        "able_to_work": True,
        "diploma_number": f"ЖБ-Б № {next(_numbers):07d}",
    }
    return Member(**{**known, **changes})  # type: ignore[arg-type]


def children(number: int) -> list[Member]:
    name = PersonName(family="Мысалова", given="Бөпе")
    born = date(2020, 5, 1)
    return [
        Member(member_id=uuid4(), kinship=Kinship.CHILD, name=name, birth_date=born) for _ in range(number)
    ]


def home(price_tenge: int, kato: str = "591010000") -> HousingChosen:
    return HousingChosen(
        cadastral_number="15:234:005:128", price_tenge=price_tenge, kato=kato, contract_number="1"
    )


async def applied(
    verification: RunningVerification, *members: Member, region_to: str = SEVERO, **changes: object
) -> UUID:
    """A family whose members the registers confirm."""
    family = uuid4()
    verification.sandbox.gateway.truth.add(truth_about(*members))
    await verification.hear(family, family_of(*members, region_to=region_to, **changes))
    return family


async def test_only_operators_and_partners_may_read_the_keys(verification: RunningVerification) -> None:
    assert unprotected_routes(verification.app) == []
    transport = httpx2.ASGITransport(app=verification.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://verification") as http:
        assert (await http.get("/v1/keys")).status_code == 401
        token = verification.sandbox.issuer.token(TokenRequest(sub="bank", scope="partner"))
        answer = await http.get("/v1/keys", headers={"Authorization": f"Bearer {token}"})
    (key,) = answer.json()["keys"]
    assert (key["alg"], key["crv"]) == ("ES256", "P-256")
    assert "d" not in key


async def test_a_family_goes_from_application_to_a_payment(verification: RunningVerification) -> None:
    family = await applied(verification, adult(), *children(2))
    assert (await verification.until(family, VerificationCompleted)).verdict is Verdict.CLEAR
    assert (await verification.until(family, EligibilityDecided)).eligible
    assert (await verification.until(family, QuotaReserved)).people == 3
    await verification.hear(family, QUESTIONNAIRE)
    certificate = await verification.until(family, CertificateIssued)
    signed = jws.deserialize_compact(
        certificate.jws, ECKey.import_key(verification.certificate_key), algorithms=["ES256"]
    )
    assert certificate.number.encode() in (signed.payload or b"")
    assert "Мысалов" not in urlsafe_b64decode(certificate.jws.split(".")[1] + "==").decode()
    await verification.hear(family, home(9_000_000))
    paid = await verification.until(family, PaymentAuthorised)
    assert (paid.amount_tenge, paid.mortgage_tenge) == (7_028_125, 1_971_875)
    assert len(await verification.told(family, CheckConfirmed)) == 3


async def test_every_reply_is_kept_as_it_came_and_nobody_changes_it(
    verification: RunningVerification,
) -> None:
    family = await applied(verification, adult())
    await verification.until(family, EligibilityDecided)
    rows = await verification.pool.fetch("SELECT * FROM evidence WHERE application_id = $1", family)
    assert len(rows) == 3
    assert all(sha256(row["body"]).digest() == row["sha256"] for row in rows)
    for change in ("UPDATE evidence SET number = 9", "DELETE FROM evidence", "TRUNCATE evidence"):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await verification.pool.execute(change)


async def test_a_forged_diploma_blocks_with_its_reason(verification: RunningVerification) -> None:
    forger = adult()
    truth = truth_about(forger).model_copy(update={"diplomas_not_issued": (forger.diploma_number or "",)})
    family = uuid4()
    verification.sandbox.gateway.truth.add(truth)
    await verification.hear(family, family_of(forger))
    verdict = await verification.until(family, VerificationCompleted)
    assert verdict.verdict is Verdict.BLOCKED
    assert [reason.code for reason in verdict.reasons] == ["diploma_not_issued"]
    assert len(await verification.told(family, CheckContradicted)) == 1


async def test_a_kandas_family_in_arabic_script_without_a_diploma_is_eligible(
    verification: RunningVerification,
) -> None:
    said = adult(name=PersonName(family="سەيتقازىۇلى", given="نۇرلان"), diploma_number=None)
    known = {"surname": "Сейтқазыұлы", "name": "Нұрлан", "patronymic": None, "citizenship": "CHN"}
    kandas = {"number": "KD 1", "granted_on": date(2026, 1, 20)}
    family = uuid4()
    verification.sandbox.gateway.truth.add(truth_about(said, **known, kandas=kandas, job_seeker=None))
    await verification.hear(family, family_of(said, category=Category.KANDAS, region_to="550000000"))
    assert (await verification.until(family, EligibilityDecided)).eligible


@pytest.mark.parametrize(
    ("register", "behaviour", "cause"),
    [
        ("persons", RegistryBehaviour.FAULT, "fault"),
        ("education", RegistryBehaviour.HUGE, "oversized"),
        ("labour", RegistryBehaviour.BAD_SIGNATURE, "bad_signature"),
        ("education", RegistryBehaviour.SILENT, "slow"),
    ],
)
async def test_a_silent_register_is_asked_again_until_it_speaks(
    verification: RunningVerification, register: str, behaviour: RegistryBehaviour, cause: str
) -> None:
    who = adult()
    verification.order(register, behaviour, only=frozenset({who.iin}), times=2)
    family = await applied(verification, who)
    assert (await verification.until(family, EligibilityDecided)).eligible
    silences = await verification.told(family, CheckSilent)
    assert [(s.times, s.cause, s.register) for s in silences] == [(1, cause, register), (2, cause, register)]
    assert len({s.since for s in silences}) == 1


async def test_the_full_quota_puts_families_on_a_list_in_order_and_moves_them_up(
    verification: RunningVerification,
) -> None:
    """Karaganda takes 37 resettlers in 2026: four families of nine, then one of four waits."""
    karaganda = {"region_to": "350000000"}
    first = [await applied(verification, adult(), *children(8), **karaganda) for _ in range(4)]
    for family in first:
        await verification.until(family, QuotaReserved)
    waiting = await applied(verification, adult(), *children(3), **karaganda)
    assert (await verification.until(waiting, QuotaWaitlisted)).position == 1
    behind = await applied(verification, adult(), **karaganda)
    assert (await verification.until(behind, QuotaWaitlisted)).position == 2  # one place is free, not for it
    await verification.hear(waiting, QUESTIONNAIRE)
    await verification.hear(first[0], QUESTIONNAIRE)
    await verification.until(first[0], CertificateIssued)
    await verification.hear(first[0], ApplicationWithdrawn())
    await verification.until(first[0], QuotaReleased)
    assert len(await verification.told(first[0], CertificateRevoked)) == 1
    assert (await verification.until(waiting, CertificateIssued)).number == "KZ-35-2026-R000002"
    await verification.until(behind, QuotaReserved)
    assert await verification.pool.fetchrow(COUNTED) == (37, 28, 4, 5)


COUNTED = """
SELECT quota, reserved, issued, (SELECT sum(CASE 'free' WHEN target THEN people WHEN source THEN -people END)
  FROM quota_entries AS e WHERE (e.year, e.region, e.category) = (l.year, l.region, l.category)) AS free
FROM ledgers AS l WHERE (year, region, category) = (2026, '350000000', 'resettler')
"""


async def test_a_region_without_quota_names_those_with_places(verification: RunningVerification) -> None:
    family = await applied(verification, adult(), region_to="750000000")
    decided = await verification.until(family, EligibilityDecided)
    assert [reason.code for reason in decided.reasons] == ["region_without_quota"]
    remedy = decided.reasons[0].remedy
    assert remedy is not None
    assert "Северо-Казахстанская" in remedy.ru


async def test_many_claims_at_once_never_oversell(verification: RunningVerification) -> None:
    """Kostanay takes 485 resettlers; 130 families of four ask for 520 places together."""
    families = await asyncio.gather(
        *(applied(verification, adult(), *children(3), region_to="390000000") for _ in range(130))
    )
    for family in families:
        await verification.until(family, EligibilityDecided)
    row = await verification.pool.fetchrow(
        "SELECT reserved, quota, (SELECT count(*) FROM places AS p WHERE state = 'waiting' AND "
        "p.region = l.region) AS waiting FROM ledgers AS l "
        "WHERE (year, region, category) = (2026, '390000000', 'resettler')"
    )
    assert row is not None
    assert tuple(row) == (484, 485, 9)


async def test_the_database_refuses_what_the_rules_would_never_do(verification: RunningVerification) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="never_oversold"):
        await verification.pool.execute("UPDATE ledgers SET reserved = quota + 1 WHERE year = 2025")
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await verification.pool.execute("DELETE FROM quota_entries")


async def test_a_second_certificate_of_a_family_is_an_error_and_not_a_silence(
    verification: RunningVerification,
) -> None:
    family = await applied(verification, adult())
    await verification.hear(family, QUESTIONNAIRE)
    await verification.until(family, CertificateIssued)
    async with verification.pool.acquire() as conn:
        known = (await store.load(conn, [family]))[CertificateOf(family)]
        assert isinstance(known, Certificate)
        with pytest.raises(ValueError, match="second certificate"):
            await store.save(conn, {CertificateOf(family): replace(known, number="KZ-59-2026-R999999")})


async def test_the_quota_of_2026_is_that_of_the_orders(verification: RunningVerification) -> None:
    rows = await verification.pool.fetch("SELECT year, category, sum(quota) FROM ledgers GROUP BY 1, 2")
    assert {(row[0], row[1]): row[2] for row in rows} == {
        (2025, "kandas"): 2_309,
        (2025, "resettler"): 7_344,
        (2026, "kandas"): 2_281,
        (2026, "resettler"): 5_997,
    }
