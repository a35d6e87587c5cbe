"""A synthetic family, what it is told, and the office that tells it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import notification
from chassis.words import Words
from chassis.workdays import national_calendar
from contracts.intake import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    Contact,
    Kinship,
    Member,
    PersonName,
)
from contracts.integration import PlanCompleted, PlanOpened
from contracts.verification import (
    CertificateIssued,
    CertificateRefused,
    CertificateRevoked,
    CheckSilent,
    EligibilityDecided,
    PaymentAuthorised,
    PaymentRefused,
    QuotaReleased,
    QuotaReserved,
    QuotaWaitlisted,
    Verdict,
    VerificationCompleted,
)
from contracts.words import Category, Language, Reason, Register
from contracts.words import Words as Sentence
from notification.domain.telling import Office
from notification.domain.writing import Scribe

FAMILY = UUID("0195d2a0-0000-7000-8000-000000000001")
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday, nine in the morning in Kazakhstan
WORDS = Path(notification.__file__).parent / "words"
NORTH, KOSTANAY = "590000000", "390000000"

OFFICE = Office(
    scribe=Scribe(words=Words(WORDS), hotline="1414", phones={KOSTANAY: "+7 000 000-00-00"}),
    zone=ZoneInfo("Asia/Almaty"),
    calendar=national_calendar(),
    contact_days=1,
)

REASON = Reason(
    code="diploma_not_known",
    act="Order 234 of 22.06.2023",
    says=Sentence(
        kk="Диплом нөмірі тізілімде жоқ.", ru="Номера диплома нет в реестре.", en="The diploma is not known."
    ),
    remedy=Sentence(
        kk="Оқу орнынан анықтама алыңыз.", ru="Возьмите справку в учебном заведении.", en="Ask your school."
    ),
    act_words=Sentence(
        kk="2023 жылғы 22 маусымдағы № 234 бұйрық",
        ru="приказ № 234 от 22.06.2023",
        en="Order 234 of 22.06.2023",
    ),
)

SUBMITTED = ApplicationSubmitted(
    category=Category.RESETTLER,
    language=Language.KAZAKH,
    region_from="610000000",
    region_to=NORTH,
    contact=Contact(email="ulgi@example.kz", phone="+77010000001"),
    members=(
        Member(
            member_id=UUID(int=2),
            kinship=Kinship.SPOUSE,
            name=PersonName(family="Үлгіова", given="Айгүл"),
            birth_date=date(1991, 1, 1),
        ),
        Member(
            member_id=UUID(int=1),
            kinship=Kinship.APPLICANT,
            name=PersonName(family="Үлгіов", given="Нұрлан", patronymic="Ерланұлы"),
            birth_date=date(1990, 1, 1),
            iin="900101100014",
        ),
    ),
    papers=(),
    consented_at=NOW,
    submitted_on=NOW.date(),
)
CLEAR = VerificationCompleted(verdict=Verdict.CLEAR)
SILENT = CheckSilent(
    register=Register.EDUCATION,
    member_id=UUID(int=1),
    cause="timeout",
    times=1,
    since=NOW,
    asked_again_at=NOW,
)
_PLACE: dict[str, Any] = {"year": 2026, "region": NORTH, "category": Category.RESETTLER, "people": 4}

#: Every event that a citizen hears of, by the name of its letter.
EVENTS: dict[str, object] = {
    "application_received": SUBMITTED,
    "application_withdrawn": ApplicationWithdrawn(),
    "check_waits": SILENT,
    "verification_clear": CLEAR,
    "verification_blocked": VerificationCompleted(verdict=Verdict.BLOCKED, reasons=(REASON,)),
    "eligible": EligibilityDecided(eligible=True, rule_set="2026-01-01", reasons=(REASON,)),
    "not_eligible": EligibilityDecided(eligible=False, rule_set="2026-01-01", reasons=(REASON,)),
    "quota_reserved": QuotaReserved(**_PLACE),
    "quota_waitlisted": QuotaWaitlisted(**_PLACE, position=3),
    "quota_released": QuotaReleased(**_PLACE),
    "certificate_issued": CertificateIssued(
        number="KZ-59-2026-000001",
        cap_tenge=7_028_125,
        people=4,
        region=NORTH,
        category=Category.RESETTLER,
        issued_on=NOW.date(),
        jws="a.b.c",
    ),
    "certificate_refused": CertificateRefused(reasons=(REASON,)),
    "certificate_revoked": CertificateRevoked(number="KZ-59-2026-000001", reasons=(REASON,)),
    "payment_authorised": PaymentAuthorised(
        certificate_number="KZ-59-2026-000001",
        price_tenge=9_000_000,
        amount_tenge=7_028_125,
        mortgage_tenge=1_971_875,
    ),
    "payment_refused": PaymentRefused(reasons=(REASON,)),
    "plan_opened": PlanOpened(plan_id=UUID(int=3), people=4, region=NORTH, referrals=22, not_applicable=()),
    "plan_completed": PlanCompleted(plan_id=UUID(int=3), done=21, declined=1),
}


def in_language(language: Language) -> ApplicationSubmitted:
    return replace(SUBMITTED, language=language)
