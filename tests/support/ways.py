"""Ways of families through the programme: each tells its events into the books and keeps its rows there."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from contracts import intake, integration, notification, verification
from contracts.words import Category, Language, Reason, Register, Words
from messaging.ids import uuid7
from support import rows
from support.books import STARTED, Books, Quota
from support.rows import CAP, LATER, PRICE, TODAY

WISHES = intake.QuestionnaireCompleted(housing_intent="purchase", wants_work=True, wants_training=False)
SAYS = Words(
    kk="Мұндай диплом берілмеген.", ru="Такой диплом не выдавался.", en="No such diploma was issued."
)
_CLEAR = verification.Verdict.CLEAR
REASON = Reason(code="diploma_not_issued", act="V2500037453", says=SAYS)


def whole_way(books: Books, family: UUID, quota: Quota, *, people: int, referrals: int = 25) -> None:
    """From the application to the last service."""
    _entitled(books, family, _reserved(quota, people))
    number = _certified(books, family, quota, people)
    _paid(books, family, quota, number)
    _moved(books, family, quota, people, referrals)
    rows.case(books, family, "settled", "eligible", questionnaire=True)


def to_the_certificate(books: Books, family: UUID, quota: Quota, *, people: int) -> None:
    """A home is not chosen yet."""
    _entitled(books, family, _reserved(quota, people))
    _certified(books, family, quota, people)
    rows.case(books, family, "certificate_issued", "eligible", questionnaire=True)


def to_a_place(books: Books, family: UUID, quota: Quota, *, people: int) -> None:
    """The questionnaire is not completed yet."""
    _entitled(books, family, _reserved(quota, people))
    quota.reserved += people
    rows.entry(books, family, quota, people, "free", "reserved")
    rows.place(books, family, quota, people, "reserved")
    rows.case(books, family, "place_reserved", "eligible")


def to_the_list(books: Books, family: UUID, quota: Quota, *, people: int) -> None:
    """It waits for a place."""
    _listed(books, family, quota, people)
    rows.place(books, family, quota, people, "waiting")
    rows.case(books, family, "waitlisted", "eligible")


def off_the_list(books: Books, family: UUID, quota: Quota, *, people: int) -> None:
    """It waited for a place and took its application back."""
    _listed(books, family, quota, people)
    cause = books.tell("intake", family, intake.ApplicationWithdrawn())
    quota.waiting -= 1
    released = verification.QuotaReleased(**quota.words, people=people)
    books.tell("verification", family, released, cause=cause)
    rows.place(books, family, quota, people, "released")
    rows.case(books, family, "withdrawn", "withdrawn")


def to_a_contradiction(books: Books, family: UUID) -> None:
    """A register says otherwise."""
    applicant, spouse = _applied(books, family)
    _confirmed(books, family, *_people(applicant, spouse))
    education = Register.EDUCATION
    contradicted = verification.CheckContradicted(register=education, member_id=applicant, reason=REASON)
    blocked = verification.VerificationCompleted(verdict=verification.Verdict.BLOCKED, reasons=(REASON,))
    books.tell("verification", family, contradicted, blocked)
    rows.check(books, family, applicant, education, "contradicted", reason='{"code": "diploma_not_issued"}')
    rows.case(books, family, "blocked", "blocked")


def to_a_silence(books: Books, family: UUID, *, times: int = 1) -> None:
    """A register was silent so many times and will be asked again."""
    applicant, spouse = _applied(books, family)
    _confirmed(books, family, *_people(applicant, spouse))
    register = Register.EDUCATION
    for time in range(1, times + 1):
        books.tell("verification", family, silence(register, applicant, time))
    rows.check(books, family, applicant, register, "silent", times=times)
    over = f'{{"register":"{register}","member_id":"{applicant}","times":{times}}}'
    rows.remind(books, "verification", family, "SilenceOver", over)
    rows.case(books, family, "checking", "checking")


def parked_now_and_again(books: Books, family: UUID) -> None:
    """A call of its is put back and fails again, and a message to it is discarded: it goes on everywhere."""
    call = uuid7()
    for _ in range(2):
        books.tell("verification", family, verification.VerificationParked(since=books.now), cause=call)
        books.tell("verification", family, verification.VerificationResumed(), cause=call)
    books.tell("notification", family, notification.NotificationParked(since=books.now))
    books.tell("notification", family, notification.NotificationResumed())


def _applied(books: Books, family: UUID) -> tuple[UUID, UUID]:
    """The ids of its applicant and spouse."""
    ids = uuid7(), uuid7()
    members = [_member(member_id, kinship) for member_id, kinship in zip(ids, intake.Kinship, strict=False)]
    submitted = intake.ApplicationSubmitted(
        category=Category.RESETTLER,
        language=Language.RUSSIAN,
        region_from="610000000",
        region_to="590000000",
        contact=intake.Contact(email="a@example.kz", phone="+77010000000"),
        members=tuple(members),
        papers=(),
        consented_at=STARTED,
        submitted_on=TODAY,
    )
    books.tell("intake", family, submitted)
    return ids


def _member(member_id: UUID, kinship: intake.Kinship) -> intake.Member:
    name = intake.PersonName(family="Омаров", given="Асан")
    return intake.Member(member_id=member_id, kinship=kinship, name=name, birth_date=date(1986, 1, 1))


def _people(*members: UUID) -> Sequence[tuple[Register, UUID]]:
    return [(Register.PERSONS, member) for member in members]


def _confirmed(books: Books, family: UUID, *checks: tuple[Register, UUID]) -> UUID:
    """Each by an answer of its own; the cause of the last."""
    for register, member in checks:
        cause = uuid7()
        confirmed = verification.CheckConfirmed(register=register, member_id=member)
        books.tell("verification", family, confirmed, cause=cause)
        rows.check(books, family, member, register, "confirmed")
    return cause


def _entitled(books: Books, family: UUID, claim: object) -> None:
    """Everything is confirmed, and the family claims its place."""
    applicant, spouse = _applied(books, family)
    checks = [*_people(applicant, spouse), (Register.EDUCATION, applicant), (Register.LABOUR, applicant)]
    cause = _confirmed(books, family, *checks)
    clear = verification.VerificationCompleted(verdict=_CLEAR)
    eligible = verification.EligibilityDecided(eligible=True, rule_set="2026", reasons=())
    books.tell("verification", family, clear, eligible, claim, cause=cause)


def _reserved(quota: Quota, people: int) -> object:
    return verification.QuotaReserved(**quota.words, people=people)


def _listed(books: Books, family: UUID, quota: Quota, people: int) -> None:
    quota.waiting += 1
    waitlisted = verification.QuotaWaitlisted(**quota.words, people=people, position=quota.waiting)
    _entitled(books, family, waitlisted)


def _certified(books: Books, family: UUID, quota: Quota, people: int) -> str:
    """The certificate's number."""
    quota.issued += people
    quota.last_number += 1
    number = f"KZ-{quota.region[:2]}-{quota.year}-R{quota.last_number:06d}"
    issued = verification.CertificateIssued(
        number=number,
        cap_tenge=CAP,
        people=people,
        region=quota.region,
        category=quota.category,
        issued_on=TODAY,
        jws="a.b.c",
    )
    cause = books.tell("intake", family, WISHES)
    books.tell("verification", family, issued, cause=cause)
    rows.entry(books, family, quota, people, "free", "reserved")
    rows.entry(books, family, quota, people, "reserved", "issued")
    rows.place(books, family, quota, people, "issued")
    rows.certificate(books, family, quota, people, number)
    return number


def _paid(books: Books, family: UUID, quota: Quota, number: str) -> None:
    paid = verification.PaymentAuthorised(
        certificate_number=number, price_tenge=PRICE, amount_tenge=CAP, mortgage_tenge=PRICE - CAP
    )
    books.tell("verification", family, paid, cause=books.tell("intake", family, home(quota.region)))
    rows.payment(books, family, number)


def _moved(books: Books, family: UUID, quota: Quota, people: int, referrals: int) -> None:
    """It arrives, and each service is given as soon as it is asked."""
    words: dict[str, Any] = {"category": quota.category, "language": Language.RUSSIAN, "people": people}
    arrived = intake.ArrivalReported(
        arrived_on=TODAY,
        kato=quota.region,
        ages=(40,) * people,
        wants_work=True,
        wants_training=False,
        foreign_education=False,
        **words,
    )
    plan_id = uuid5(family, "plan")
    opened = integration.PlanOpened(
        plan_id=plan_id, people=people, region=quota.region, referrals=referrals, not_applicable=()
    )
    asked = {number: uuid5(plan_id, str(number)) for number in range(1, referrals + 1)}
    sent = [
        integration.ReferralSent(
            referral_id=asked_of, service_no=number, provider="p", region=quota.region, due_on=TODAY, **words
        )
        for number, asked_of in asked.items()
    ]
    books.tell("integration-support", family, opened, *sent, cause=books.tell("intake", family, arrived))
    rows.plan(books, family, quota, people, plan_id, asked)
    for number, referral_id in asked.items():
        done: list[object] = [integration.ReferralDone(referral_id=referral_id, service_no=number)]
        if number == referrals:
            done.append(integration.PlanCompleted(plan_id=plan_id, done=referrals, declined=0))
        reply = integration.ReferralAnswered(referral_id=referral_id, reply=integration.ReplyKind.DONE)
        books.tell("integration-support", family, *done, cause=books.answer(family, reply))


def home(region: str) -> intake.HousingChosen:
    return intake.HousingChosen(cadastral_number="1", price_tenge=PRICE, kato=region, contract_number="1")


def silence(register: Register, member: UUID, times: int) -> verification.CheckSilent:
    return verification.CheckSilent(
        register=register,
        member_id=member,
        cause="unreachable",
        times=times,
        since=STARTED,
        asked_again_at=LATER,
    )
