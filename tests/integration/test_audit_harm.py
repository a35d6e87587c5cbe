"""The audit finds whatever is broken in the databases, lost or doubled, and names it on its line."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from uuid import UUID, uuid5

import pytest

from console.audit.conservation import audit
from console.audit.report import LINES
from console.broker import Broker
from console.postgres import Postgres
from contracts import integration, verification
from contracts.notification import Channel, ContactRequested, MessageSent
from contracts.words import Register
from support import rows, ways
from support.books import Books, Quota
from support.letters import write_letters
from support.worlds import (
    BLOCKED,
    FULL,
    LEFT,
    PLACED,
    REFERRAL,
    SETTLED,
    SILENT,
    WAITING,
    WIDE,
    World,
    told_books,
    world_of,
)

LEDGER = f"(year, region, category) = (2026, '{FULL}', 'resettler')"


@pytest.fixture(scope="module")
async def world(postgres: Postgres, broker: Broker) -> AsyncIterator[World]:
    """Consistent, and left so: tests break copies of its parts."""
    books, quotas = told_books()
    write_letters(books)
    async with world_of(books, quotas, postgres, broker) as world:
        yield world


def said(teller: str, before: str, after: str) -> tuple[str, str]:
    """The event's own words changed, as if it had been told otherwise."""
    changed = f"replace(convert_from(body, 'UTF8'), '{before}', '{after}')"
    return teller, f"UPDATE outbox SET body = convert_to({changed}, 'UTF8')"


def of_event(name: str, family: UUID) -> str:
    """Which row of an outbox it is."""
    return f"subject = '{family}' AND convert_from(body, 'UTF8') LIKE '%\"kz.qonys.{name}.v1\"%'"


def again(name: str, family: UUID) -> str:
    """The same event under another id, told after everything else."""
    last = "(SELECT max(batch) + 1 FROM outbox)"
    columns = "batch, place, id, topic, subject, body, told_at"
    chosen = f"SELECT {last}, 1, gen_random_uuid(), topic, subject, body, told_at FROM outbox"
    return f"INSERT INTO outbox ({columns}) {chosen} WHERE {of_event(name, family)};"


#: What is broken → service, statement, the line that must find it, and who is named.
HARM: dict[str, tuple[tuple[str, str], str, object]] = {
    "a case put elsewhere by hand": (
        ("intake", f"UPDATE applications SET state = 'arrived' WHERE application_id = '{WAITING}'"),
        "places",
        WAITING,
    ),
    "an application that intake has lost": (
        ("intake", f"DELETE FROM applications WHERE application_id = '{SETTLED}'"),
        "places",
        SETTLED,
    ),
    "a case that verification decided otherwise": (
        ("verification", f"UPDATE cases SET stage = 'refused' WHERE application_id = '{WAITING}'"),
        "places",
        WAITING,
    ),
    "a family that left and still waits for a place": (
        (
            "verification",
            f"DELETE FROM outbox WHERE {of_event('quota.released', LEFT)};"
            f"UPDATE places SET state = 'waiting' WHERE application_id = '{LEFT}';"
            f"UPDATE ledgers SET families_waiting = 2 WHERE {LEDGER}",
        ),
        "places",
        f"{LEFT}/quota",
    ),
    "an entitled family that nobody gave a place or a turn": (
        (
            "verification",
            f"DELETE FROM outbox WHERE {of_event('quota.reserved', PLACED)};"
            f"DELETE FROM places WHERE application_id = '{PLACED}';"
            f"UPDATE ledgers SET reserved = 0 WHERE region = '{WIDE}'",
        ),
        "places",
        f"{PLACED}/quota",
    ),
    "an event on a topic that nobody told": (
        ("intake", f"DELETE FROM outbox WHERE subject = '{SILENT}'"),
        "told",
        "is on intake.applications.v1",
    ),
    "a task for the career centre told twice": (
        ("notification", again("contact.requested", WAITING)),
        "once",
        WAITING,
    ),
    "an event acknowledged and not settled": (
        ("verification", "DELETE FROM inbox WHERE id = (SELECT min(id::text)::uuid FROM inbox)"),
        "settled",
        "verification",
    ),
    "an event that the citizen sees twice": (
        ("intake", f"UPDATE applications SET entries = entries + 1 WHERE application_id = '{WAITING}'"),
        "timeline",
        WAITING,
    ),
    "people counted twice": (
        ("verification", f"UPDATE ledgers SET reserved = 1 WHERE {LEDGER}"),
        "quota",
        "has quota 37, reserved 1",
    ),
    "an entry that no event explains": (
        (
            "verification",
            f"INSERT INTO quota_entries (year, region, category, application_id, people, source, target, at)"
            f" VALUES (2026, '{FULL}', 'resettler', '{WAITING}', 2, 'free', 'reserved', now())",
        ),
        "quota",
        f"{FULL}/resettler",
    ),
    "a place given twice, with its ledger and its entries": (
        (
            "verification",
            again("quota.reserved", PLACED) + "INSERT INTO quota_entries"
            " (year, region, category, application_id, people, source, target, at) SELECT"
            " year, region, category, application_id, people, source, target, at FROM quota_entries"
            f" WHERE application_id = '{PLACED}';"
            f" UPDATE ledgers SET reserved = 2 * reserved WHERE region = '{WIDE}'",
        ),
        "quota",
        f"{PLACED} held reserved for 4 in 2026/{WIDE}",
    ),
    "a place that no ledger counts": (
        ("verification", f"UPDATE places SET people = 5 WHERE application_id = '{PLACED}'"),
        "quota",
        f"{WIDE}/resettler",
    ),
    "more people given a place than there are": (
        said("verification", '"people":36', '"people":38'),
        "quota",
        "was oversold by 1",
    ),
    "another number of people given back than had waited": (
        (
            "verification",
            f"UPDATE outbox SET body = convert_to(replace(convert_from(body, 'UTF8'),"
            f" '\"people\":1', '\"people\":3'), 'UTF8') WHERE {of_event('quota.released', LEFT)}",
        ),
        "quota",
        f"{LEFT} held waiting for 1",
    ),
    "a family that is not where it was told on the list": (
        said("verification", '"position":1', '"position":3'),
        "waiting",
        WAITING,
    ),
    "a free place that the first of the list could take": (
        said("verification", '"people":2', '"people":1'),
        "waiting",
        FULL,
    ),
    "an answer of a register that nobody told": (
        ("verification", f"UPDATE checks SET state = 'confirmed' WHERE application_id = '{SILENT}'"),
        "checks",
        SILENT,
    ),
    "a check that was lost": (
        ("verification", f"DELETE FROM checks WHERE application_id = '{BLOCKED}' AND register = 'education'"),
        "checks",
        BLOCKED,
    ),
    "a silence that was told as another one": (
        said("verification", '"times":2', '"times":1'),
        "checks",
        SILENT,
    ),
    "a verdict that never came": (
        (
            "verification",
            f"DELETE FROM outbox WHERE {of_event('verification.completed', BLOCKED)};"
            f"UPDATE cases SET stage = 'checking' WHERE application_id = '{BLOCKED}'",
        ),
        "checks",
        BLOCKED,
    ),
    "a certificate of another number": (
        (
            "verification",
            "ALTER TABLE payments DROP CONSTRAINT payments_application_id_fkey;"
            "UPDATE certificates SET number = 'KZ-35-2026-R000009'",
        ),
        "certificates",
        SETTLED,
    ),
    "a certificate told twice": (
        ("verification", again("certificate.issued", SETTLED)),
        "certificates",
        SETTLED,
    ),
    "a certificate that never came": (
        (
            "verification",
            f"DELETE FROM outbox WHERE {of_event('certificate.issued', SETTLED)}; DELETE FROM payments;"
            f"DELETE FROM certificates; UPDATE places SET state = 'reserved' WHERE state = 'issued'",
        ),
        "certificates",
        "completed its questionnaire, and has no certificate",
    ),
    "a payment above its cap": (
        said("verification", '"amount_tenge":6000000', '"amount_tenge":7000000'),
        "payments",
        SETTLED,
    ),
    "a payment that was not told so": (
        ("verification", "UPDATE payments SET amount_tenge = 1"),
        "payments",
        SETTLED,
    ),
    "a home of which nobody decided": (
        (
            "verification",
            f"DELETE FROM outbox WHERE {of_event('payment.authorised', SETTLED)}; DELETE FROM payments",
        ),
        "payments",
        f"(the home of {SETTLED}) was answered 0 times",
    ),
    "a referral in a state that nobody told": (
        ("integration-support", "UPDATE referrals SET state = 'accepted'"),
        "referrals",
        REFERRAL,
    ),
    "a referral done without its provider's word": (
        said("integration-support", '"causationid":"', '"causationid":"of nobody '),
        "referrals",
        REFERRAL,
    ),
    "a referral done on an event that is no reply": (
        (
            "integration-support",
            "UPDATE outbox SET body = convert_to(regexp_replace(convert_from(body, 'UTF8'),"
            ' \'"causationid":"[^"]*"\', \'"causationid":"\' ||'
            " (SELECT id FROM inbox WHERE uuid_extract_version(id) = 7) || '\"'), 'UTF8')",
        ),
        "referrals",
        f"{REFERRAL} of {SETTLED} is done, and no provider said so",
    ),
    "a plan that is another one": (
        ("integration-support", "UPDATE plans SET plan_id = gen_random_uuid()"),
        "referrals",
        SETTLED,
    ),
    "a letter lost": (
        ("notification", f"DELETE FROM messages WHERE application_id = '{SETTLED}' AND place = 0"),
        "messages",
        SETTLED,
    ),
    "a letter that no event asked for": (
        (
            "notification",
            f"UPDATE messages SET message_id = gen_random_uuid() WHERE application_id = '{SILENT}'",
        ),
        "messages",
        SILENT,
    ),
    "a letter in a state that nobody told": (
        (
            "notification",
            f"UPDATE messages SET state = 'failed', cause = 'x' WHERE application_id = '{SILENT}'",
        ),
        "messages",
        SILENT,
    ),
    "a family that nobody will call": (
        (
            "notification",
            f"DELETE FROM outbox WHERE {of_event('contact.requested', WAITING)};"
            f"DELETE FROM contact_tasks WHERE application_id = '{WAITING}'",
        ),
        "messages",
        f"{WAITING}/contact",
    ),
    "a silent register that nobody will ask again": (
        ("verification", "DELETE FROM due"),
        "waits",
        "waits for the register education",
    ),
    "a register that nobody asks, while another one will be asked": (
        (
            "verification",
            "INSERT INTO checks SELECT application_id, 'labour', member_id, 'asked', NULL, 0, NULL, NULL,"
            f" false, false FROM checks WHERE application_id = '{SILENT}' AND register = 'education'",
        ),
        "waits",
        "waits for the register labour",
    ),
    "a receipt that nobody will miss": (
        (
            "notification",
            f"UPDATE messages SET state = 'sending' WHERE application_id = '{SETTLED}' AND place = 1;"
            " DELETE FROM due WHERE convert_from(body, 'UTF8') LIKE '%' ||"
            f" (SELECT message_id FROM messages WHERE application_id = '{SETTLED}' AND place = 1) || '%'",
        ),
        "waits",
        "waits for its receipt",
    ),
    "a provider that nobody will remind": (
        ("integration-support", "UPDATE referrals SET state = 'sent'; DELETE FROM due"),
        "waits",
        "waits for its provider",
    ),
    "a parked message that nobody has looked at": (
        (
            "notification",
            "INSERT INTO parked (id, subject, state, edge, name, body, origin, correlation_id, said_at,"
            f" attempts, parked_at) VALUES (gen_random_uuid(), '{SILENT}', 'failed', 'ask', 'Send', '', '',"
            " '', now(), 1, now() - interval '1 hour')",
        ),
        "parked",
        "notification/1",
    ),
    "a reminder that did not come": (
        ("verification", "UPDATE due SET due_at = now() - interval '1 hour'"),
        "due",
        SILENT,
    ),
}


@pytest.mark.parametrize("what", HARM)
async def test_whatever_is_broken_is_found_on_its_line(world: World, what: str) -> None:
    harm, line, named = HARM[what]
    async with world.harmed(*harm) as sources:
        report = await audit(sources)
    assert any(said.startswith(f"{line}: ") and str(named) in said for said in report.wrong), report.wrong


def test_every_line_has_a_test_that_breaks_it() -> None:
    assert {line for _, line, _ in HARM.values()} | {"order"} == set(LINES)


async def test_what_was_decided_twice_is_found_though_everybody_agrees(
    postgres: Postgres, broker: Broker
) -> None:
    """All of it lies on its topic, is settled, entered and counted. Lines: the comparison in `judge_once`,
    and `_must_hold` in `recount`."""
    books, quotas = told_books()
    wrong = {
        *_a_place_given_twice(books, quotas[1]),
        *_a_check_answered_twice(books),
        *_a_silence_counted_twice(books),
        *_a_plan_opened_twice(books),
        *_a_home_refused_twice(books),
        *_a_family_parked_twice(books),
    }
    write_letters(books)
    wrong |= {*_a_family_called_twice(books), *_a_message_sent_twice(books)}
    async with world_of(books, quotas, postgres, broker) as world:
        report = await audit(world.sources)
    assert {" ".join(said.split(" ")[:2]) for said in report.wrong} == wrong, report.wrong


def _a_place_given_twice(books: Books, wide: Quota) -> Iterator[str]:
    wide.reserved += 4
    rows.entry(books, PLACED, wide, 4, "free", "reserved")
    told = books.tell("verification", PLACED, verification.QuotaReserved(**wide.words, people=4))
    yield from (f"once: {told}", f"quota: {PLACED}", f"quota: 2026/{WIDE}/resettler")


def _a_check_answered_twice(books: Books) -> Iterator[str]:
    """On another cause."""
    checks = books.rows["verification", "checks"]
    _, register, member, *_ = next(row for row in checks if row[0] == WAITING)
    confirmed = verification.CheckConfirmed(register=register, member_id=member)
    told = books.tell("verification", WAITING, confirmed)
    yield from (f"once: {told}", f"checks: {WAITING}/{register}/{member}")


def _a_silence_counted_twice(books: Books) -> Iterator[str]:
    """With another reason for it."""
    member = next(row[2] for row in books.rows["verification", "checks"] if row[3] == "silent")
    silent = replace(ways.silence(Register.EDUCATION, member, 2), cause="slow")
    books.tell("verification", SILENT, silent)
    yield f"checks: {SILENT}/education/{member}"


def _a_plan_opened_twice(books: Books) -> Iterator[str]:
    opened = integration.PlanOpened(
        plan_id=uuid5(SETTLED, "plan"), people=36, region=FULL, referrals=1, not_applicable=()
    )
    told = books.tell("integration-support", SETTLED, opened)
    yield from (f"once: {told}", f"referrals: {SETTLED}")


def _a_home_refused_twice(books: Books) -> Iterator[str]:
    """And another one rightly."""
    refused = verification.PaymentRefused(reasons=(ways.REASON,))
    first, second = (books.tell("intake", SETTLED, ways.home(FULL)) for _ in range(2))
    books.tell("verification", SETTLED, refused, cause=first)
    books.tell("verification", SETTLED, refused, cause=second)
    told = books.tell("verification", SETTLED, refused, cause=second)
    yield from (f"once: {told}", f"payments: {second}")


def _a_family_parked_twice(books: Books) -> Iterator[str]:
    """And it never went on between. Lines: `_TAKES_BACK` in `once`, and what is taken back by it."""
    first, second = (
        books.tell("verification", PLACED, verification.VerificationParked(since=books.now)) for _ in range(2)
    )
    del first
    yield f"once: {second}"
    books.tell("verification", PLACED, verification.VerificationResumed())
    yield f"once: {books.tell('verification', PLACED, verification.VerificationResumed())}"


def _a_family_called_twice(books: Books) -> Iterator[str]:
    task = ContactRequested(task_id=uuid5(WAITING, "contact"), region=WIDE, due_on=rows.TODAY)
    told = books.tell("notification", WAITING, task)
    yield from (f"once: {told}", f"messages: {WAITING}/contact")


def _a_message_sent_twice(books: Books) -> Iterator[str]:
    message_id = next(row[0] for row in books.rows["notification", "messages"] if row[1] == BLOCKED)
    sent = MessageSent(message_id=message_id, channel=Channel.EMAIL, about="news")
    yield f"once: {books.tell('notification', BLOCKED, sent)}"
