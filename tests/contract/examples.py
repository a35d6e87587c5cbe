"""One example of each event, with every field filled in, and the golden events made from them.

`PYTHONPATH=tests python -m contract.examples` (`make generate`) writes the golden events that are missing.
One that is there is what was told once: it is never written again. When a field has joined a version, what is
told now goes beside it, as `<type>-2.json`.
"""

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from contracts import EVENTS, seal, spec_of
from contracts.intake import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ArrivalReported,
    Contact,
    HousingChosen,
    Kinship,
    Member,
    Paper,
    PaperKind,
    PersonName,
    QuestionnaireCompleted,
)
from contracts.integration import (
    IntegrationParked,
    IntegrationResumed,
    NotApplicable,
    PlanCompleted,
    PlanOpened,
    ReferralAccepted,
    ReferralAnswered,
    ReferralDeclined,
    ReferralDone,
    ReferralOverdue,
    ReferralSent,
    ReplyKind,
)
from contracts.notification import (
    Channel,
    ContactRequested,
    MessageDelivered,
    MessageFailed,
    MessageSent,
    NotificationParked,
    NotificationResumed,
)
from contracts.verification import (
    CertificateIssued,
    CertificateRefused,
    CertificateRevoked,
    CheckConfirmed,
    CheckContradicted,
    CheckSilent,
    EligibilityDecided,
    PaymentAuthorised,
    PaymentRefused,
    QuotaReleased,
    QuotaReserved,
    QuotaWaitlisted,
    Verdict,
    VerificationCompleted,
    VerificationParked,
    VerificationResumed,
)
from contracts.words import Category, Language, Reason, Register, Words

GOLDEN = Path(__file__).parent / "golden"

APPLICATION, MEMBER, CHILD, PAPER, PLAN, REFERRAL, MESSAGE = (
    UUID(f"0199aaaa-0000-7000-8000-00000000000{digit}") for digit in range(1, 8)
)
MOMENT = datetime(2026, 3, 20, 9, 30, 0, 123456, tzinfo=UTC)
DAY = date(2026, 3, 20)
REGION = "590000000"
NUMBER = "EMC-2026-000001"
PLACE: dict[str, Any] = {"year": 2026, "region": REGION, "category": Category.RESETTLER, "people": 2}
SAID: dict[str, Any] = {"message_id": MESSAGE, "channel": Channel.EMAIL, "about": "certificate_issued"}
REASON = Reason(
    code="diploma_not_found",
    act="Order 234 of 22.06.2023, point 12",
    says=Words(kk="Диплом тізілімде жоқ", ru="Диплома нет в реестре", en="The register has no such diploma"),
    remedy=Words(kk="Көшірмесін әкеліңіз", ru="Принесите копию", en="Bring a copy"),
    act_words=Words(
        kk="2023 жылғы 22 маусымдағы № 234 бұйрық, 12-тармақ",
        ru="приказ № 234 от 22.06.2023, пункт 12",
        en="Order 234 of 22.06.2023, point 12",
    ),
)

SUBMITTED = ApplicationSubmitted(
    category=Category.RESETTLER,
    language=Language.KAZAKH_ARABIC,
    region_from="610000000",
    region_to=REGION,
    contact=Contact(email="family@example.kz", phone="+77010000001"),
    members=(
        Member(
            member_id=MEMBER,
            kinship=Kinship.APPLICANT,
            name=PersonName(family="سەيىتوۆ", given="ەرلان", patronymic="Маратұлы"),
            birth_date=date(1985, 4, 12),
            iin="850412100172",
            able_to_work=True,
            diploma_number="ЖБ-Б 0000001",
            skill="2221",
        ),
        Member(
            member_id=CHILD,
            kinship=Kinship.CHILD,
            name=PersonName(family="Сейітова", given="Айша"),
            birth_date=date(2014, 2, 27),
        ),
    ),
    papers=(
        Paper(
            paper_id=PAPER, kind=PaperKind.EDUCATION, holder=MEMBER, number="ЖБ-Б 0000001", sha256="0123" * 16
        ),
    ),
    consented_at=MOMENT,
    submitted_on=DAY,
)

EXAMPLES: tuple[object, ...] = (
    SUBMITTED,
    ApplicationWithdrawn(reason="Мы остаёмся"),
    QuestionnaireCompleted(housing_intent="purchase", wants_work=True, wants_training=False),
    HousingChosen(
        cadastral_number="15-000-000-001", price_tenge=12_000_000, kato=REGION, contract_number="7/2026"
    ),
    ArrivalReported(
        arrived_on=DAY,
        kato=REGION,
        category=Category.KANDAS,
        language=Language.KAZAKH,
        ages=(40, 12),
        people=2,
        wants_work=True,
        wants_training=True,
        foreign_education=True,
    ),
    PlanOpened(
        plan_id=PLAN,
        people=2,
        region=REGION,
        referrals=24,
        not_applicable=(NotApplicable(service_no=25, because="no_pensioners"),),
    ),
    PlanCompleted(plan_id=PLAN, done=23, declined=1),
    ReferralSent(
        referral_id=REFERRAL,
        service_no=3,
        provider="akimat",
        region=REGION,
        category=Category.KANDAS,
        language=Language.RUSSIAN,
        people=2,
        due_on=DAY,
    ),
    ReferralAccepted(referral_id=REFERRAL, service_no=3),
    ReferralDeclined(referral_id=REFERRAL, service_no=3, because="no places"),
    ReferralDone(referral_id=REFERRAL, service_no=3),
    ReferralOverdue(referral_id=REFERRAL, service_no=3, provider="akimat", due_on=DAY, times=2),
    ReferralAnswered(referral_id=REFERRAL, reply=ReplyKind.DECLINED, because="no places"),
    MessageSent(**SAID),
    MessageDelivered(**SAID),
    MessageFailed(**SAID, cause="mailbox_full"),
    ContactRequested(task_id=PLAN, region=REGION, due_on=DAY, referral_id=REFERRAL, service_no=3),
    CheckConfirmed(register=Register.PERSONS, member_id=MEMBER),
    CheckContradicted(register=Register.EDUCATION, member_id=MEMBER, reason=REASON),
    CheckSilent(
        register=Register.LABOUR,
        member_id=MEMBER,
        cause="timed_out",
        times=3,
        since=MOMENT,
        asked_again_at=MOMENT,
    ),
    VerificationCompleted(verdict=Verdict.BLOCKED, reasons=(REASON,)),
    EligibilityDecided(eligible=False, rule_set="2026-01-01", reasons=(REASON,)),
    QuotaReserved(**PLACE),
    QuotaWaitlisted(**PLACE, position=7),
    QuotaReleased(**PLACE),
    CertificateIssued(
        number=NUMBER,
        cap_tenge=17_300_000,
        people=2,
        region=REGION,
        category=Category.RESETTLER,
        issued_on=DAY,
        jws="eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl",
    ),
    CertificateRefused(reasons=(REASON,)),
    CertificateRevoked(number=NUMBER, reasons=(REASON,)),
    PaymentAuthorised(
        certificate_number=NUMBER, price_tenge=20_000_000, amount_tenge=17_300_000, mortgage_tenge=2_700_000
    ),
    PaymentRefused(reasons=(REASON,)),
    VerificationParked(since=MOMENT),
    VerificationResumed(),
    NotificationParked(since=MOMENT),
    NotificationResumed(),
    IntegrationParked(since=MOMENT),
    IntegrationResumed(),
)


def sealed(event: object) -> bytes:
    """The event as it is told, with fixed identity and time."""
    return seal(
        event,
        event_id=UUID("0199aaaa-0000-7000-8000-0000000000ff"),
        source=f"/qonys/{spec_of(type(event)).topic.split('.')[0]}",
        subject=APPLICATION,
        time=MOMENT,
        correlation_id="0199aaaa-0000-7000-8000-0000000000fe",
        causation_id="0199aaaa-0000-7000-8000-0000000000fd",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


def golden_files(type_name: str) -> list[Path]:
    """What was told under a type, the newest last."""
    return [*GOLDEN.glob(f"{type_name}.json"), *sorted(GOLDEN.glob(f"{type_name}-*.json"))]


def write_missing() -> None:
    for event in EXAMPLES:
        name, told = spec_of(type(event)).type, json.loads(sealed(event))
        files = golden_files(name)
        if told not in [json.loads(file.read_bytes()) for file in files]:
            file = GOLDEN / (f"{name}-{len(files) + 1}.json" if files else f"{name}.json")
            file.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if missing := {cls.__name__ for cls in EVENTS.values()} - {type(event).__name__ for event in EXAMPLES}:
        sys.exit(f"tests/contract/examples.py has no example of {', '.join(sorted(missing))}")
    write_missing()
