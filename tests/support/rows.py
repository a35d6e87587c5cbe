"""The rows that services keep of what they decided, in the columns of `TABLES`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from contracts.notification import Channel
from contracts.words import Register
from messaging.ids import uuid7
from support.books import STARTED, Books, Quota

TODAY = date(2026, 5, 1)
LATER = datetime.now(UTC) + timedelta(hours=1)
CAP, PRICE = 6_000_000, 8_000_000
_DUE = "id kind target name subject body correlation_id causation_id due_at attempts_allowed"
#: (service, table) → its columns. Whatever refers to another one comes after it.
TABLES: Mapping[tuple[str, str], Sequence[str]] = {
    key: columns.split()
    for key, columns in {
        ("intake", "applications"): "application_id citizen category language region_from region_to people"
        " consented_at created_at submitted_at state state_since facts entries",
        ("verification", "cases"): "application_id stage questionnaire",
        ("verification", "checks"): "application_id register member_id state cause times since reason"
        " job_seeker skill_wanted",
        ("verification", "places"): "application_id year region category people state decided_at"
        " submitted_on ready",
        ("verification", "quota_entries"): "year region category application_id people source target at",
        ("verification", "certificates"): "application_id number cap_tenge people region category issued_on"
        " submitted_on jws state",
        ("verification", "payments"): "application_id certificate_number price_tenge amount_tenge"
        " authorised_at",
        ("verification", "due"): _DUE,
        ("notification", "messages"): "message_id application_id place channel about state created_at",
        ("notification", "contact_tasks"): "task_id application_id region due_on requested_at",
        ("notification", "due"): _DUE,
        ("integration-support", "plans"): "application_id plan_id category language people region opened_on"
        " not_applicable",
        ("integration-support", "referrals"): "referral_id application_id service_no provider due_on state"
        " overdue_times",
        ("integration-support", "due"): _DUE,
    }.items()
}


def case(books: Books, family: UUID, state: str, stage: str, *, questionnaire: bool = False) -> None:
    """Where the family is, for intake and for verification."""
    said = ("c", "resettler", "ru", "610000000", "590000000", 1, STARTED, STARTED, STARTED)
    books.keep("intake", "applications", family, *said, state, STARTED, "{}")
    books.keep("verification", "cases", family, stage, questionnaire)


def check(
    books: Books,
    family: UUID,
    member: UUID,
    register: Register,
    state: str,
    *,
    times: int = 0,
    reason: str | None = None,
) -> None:
    cause, since = ("unreachable", STARTED) if times else (None, None)
    known = (state, cause, times, since, reason, False, False)
    books.keep("verification", "checks", family, register.value, member, *known)


def place(books: Books, family: UUID, quota: Quota, people: int, state: str) -> None:
    ready = state == "issued"
    books.keep("verification", "places", family, *quota.row, people, state, books.now, TODAY, ready)


def entry(books: Books, family: UUID, quota: Quota, people: int, source: str, target: str) -> None:
    books.keep("verification", "quota_entries", *quota.row, family, people, source, target, STARTED)


def certificate(books: Books, family: UUID, quota: Quota, people: int, number: str) -> None:
    said = (people, quota.region, quota.category.value, TODAY, TODAY, "a.b.c", "issued")
    books.keep("verification", "certificates", family, number, CAP, *said)


def payment(books: Books, family: UUID, number: str) -> None:
    books.keep("verification", "payments", family, number, PRICE, CAP, STARTED)


def plan(
    books: Books, family: UUID, quota: Quota, people: int, plan_id: UUID, referrals: Mapping[int, UUID]
) -> None:
    """All its referrals are done; each is looked at once more in its time."""
    service, said = "integration-support", (quota.category.value, "ru", people, quota.region, TODAY, "[]")
    books.keep(service, "plans", family, plan_id, *said)
    for number, referral_id in referrals.items():
        books.keep(service, "referrals", referral_id, family, number, "p", TODAY, "done", 0)
        remind(books, service, family, "Deadline", f'{{"referral_id":"{referral_id}"}}')


def message(books: Books, family: UUID, message_id: UUID, place: int, channel: Channel) -> None:
    """It has arrived, as far as its channel can tell."""
    state = "sent" if channel is Channel.EMAIL else "delivered"
    row = (message_id, family, place, channel.value, "news", state, STARTED)
    books.keep("notification", "messages", *row)


def contact(books: Books, family: UUID) -> UUID:
    """The task's id."""
    task_id = uuid5(family, "contact")
    books.keep("notification", "contact_tasks", task_id, family, "590000000", TODAY, STARTED)
    return task_id


def remind(books: Books, service: str, family: UUID, name: str, body: str) -> None:
    due = (uuid7(), "remind", "", name, family, body.encode(), "", "", LATER, 1)
    books.keep(service, "due", *due)
