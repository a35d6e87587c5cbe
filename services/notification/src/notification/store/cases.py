"""Cases loaded and saved for a whole batch: one statement for each table, however many rows."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from contracts import EVENTS, spec_of
from contracts.intake import PersonName
from contracts.notification import Channel
from contracts.words import Language
from messaging import Connection, Key
from notification.domain.case import Case, CitizenMessage, ContactTask, Held, Recipient, State
from notification.domain.news import CHECK_WAITS

Part = TypeVar("Part", CitizenMessage, ContactTask)

LOAD_RECIPIENTS = """
SELECT *, (SELECT max(place) + 1 FROM messages WHERE messages.application_id = r.application_id) AS written
FROM recipients AS r WHERE application_id = ANY($1::uuid[])
"""

# Of a family's messages those that a decision may be about; `$2` are named by what is decided.
LOAD_MESSAGES = """
SELECT * FROM messages WHERE application_id = ANY($1::uuid[])
  AND (state = 'created' OR about = $3 OR message_id = ANY($2::uuid[])) ORDER BY place
"""

LOAD_CONTACTS = "SELECT * FROM contact_tasks WHERE application_id = ANY($1::uuid[])"
LOAD_HELD = "SELECT * FROM held_news WHERE application_id = ANY($1::uuid[]) ORDER BY said_at"

INSERT_RECIPIENTS = """
INSERT INTO recipients (application_id, family_name, given_name, patronymic, email, phone, language, region)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, family_name text, given_name text,
  patronymic text, email text, phone text, language text, region text)
ON CONFLICT (application_id) DO NOTHING
"""

# A new message, or what became of one.
PUT_MESSAGES = """
INSERT INTO messages (message_id, application_id, place, channel, about, state, cause, created_at)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (message_id uuid, application_id uuid, place int,
  channel text, about text, state text, cause text, created_at timestamptz)
ON CONFLICT (message_id) DO UPDATE SET state = excluded.state, cause = excluded.cause, changed_at = now()
"""

INSERT_LETTERS = """
INSERT INTO letters (message_id, recipient, language, subject, text, html)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (message_id uuid, recipient text, language text,
  subject text, text text, html text)
"""

INSERT_CONTACTS = """
INSERT INTO contact_tasks (task_id, application_id, region, due_on, requested_at, referral_id, service_no)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (task_id uuid, application_id uuid, region text,
  due_on date, requested_at timestamptz, referral_id uuid, service_no int)
ON CONFLICT (task_id) DO NOTHING
"""

INSERT_HELD = """
INSERT INTO held_news (message_id, application_id, type, body, said_at)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (message_id uuid, application_id uuid, type text,
  body jsonb, said_at timestamptz)
ON CONFLICT (message_id) DO NOTHING
"""

# What was held is told once the application is known.
FORGET_HELD = "DELETE FROM held_news WHERE application_id = ANY($1::uuid[])"


async def load(conn: Connection, keys: Collection[Key]) -> dict[Key, Case]:
    """Cases by application id, with the messages that `message_key` names; one of which nothing was heard is
    left out."""
    ids = [key for key in keys if isinstance(key, UUID)]
    named = [message_id for _, message_id in (key for key in keys if not isinstance(key, UUID))]
    recipients = {row["application_id"]: row for row in await conn.fetch(LOAD_RECIPIENTS, ids)}
    held = await _held_of(conn, [key for key in ids if key not in recipients])
    contacts = _by_family(await conn.fetch(LOAD_CONTACTS, ids), "task_id", _contact)
    messages = _by_family(await conn.fetch(LOAD_MESSAGES, ids, named, CHECK_WAITS), "message_id", _message)
    known = {
        key: Case(
            application_id=key,
            recipient=_recipient(row),
            messages=MappingProxyType(messages[key]),
            contacts=MappingProxyType(contacts[key]),
            written=row["written"] or 0,
        )
        for key, row in recipients.items()
    }
    return {**known, **{key: Case(application_id=key, held=tuple(news)) for key, news in held.items()}}


async def _held_of(conn: Connection, ids: Collection[UUID]) -> dict[UUID, list[Held]]:
    """What was heard of families whose application was not: mostly there are none of them."""
    held: dict[UUID, list[Held]] = defaultdict(list)
    for row in await conn.fetch(LOAD_HELD, ids) if ids else ():
        held[row["application_id"]].append(_held(row))
    return held


async def save(conn: Connection, cases: Collection[Case]) -> None:
    """Writes what is fresh."""
    begun = [case for case in cases if case.fresh.recipient]
    if begun:
        await conn.execute(FORGET_HELD, [case.application_id for case in begun])
    await _write(conn, INSERT_HELD, (_held_row(case, one) for case in cases for one in case.held))
    await _write(conn, INSERT_RECIPIENTS, (_recipient_row(c, c.recipient) for c in begun if c.recipient))
    await _write(conn, PUT_MESSAGES, (row for case in cases for row in _message_rows(case)))
    await _write(conn, INSERT_LETTERS, (row for case in cases for row in _letter_rows(case)))
    await _write(conn, INSERT_CONTACTS, (row for case in cases for row in _contact_rows(case)))


async def _write(conn: Connection, statement: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """All rows in one statement."""
    written = list(rows)
    if written:
        await conn.execute(statement, msgspec.json.encode(written).decode())


def _by_family(
    rows: Iterable[Mapping[str, Any]], key: str, read: Callable[[Mapping[str, Any]], Part]
) -> dict[UUID, dict[UUID, Part]]:
    families: dict[UUID, dict[UUID, Part]] = defaultdict(dict)
    for row in rows:
        families[row["application_id"]][row[key]] = read(row)
    return families


def _recipient(row: Mapping[str, Any]) -> Recipient:
    return Recipient(
        name=PersonName(family=row["family_name"], given=row["given_name"], patronymic=row["patronymic"]),
        email=row["email"],
        phone=row["phone"],
        language=Language(row["language"]),
        region=row["region"],
    )


def _message(row: Mapping[str, Any]) -> CitizenMessage:
    return CitizenMessage(
        message_id=row["message_id"],
        channel=Channel(row["channel"]),
        about=row["about"],
        created_at=row["created_at"],
        place=row["place"],
        state=State(row["state"]),
        cause=row["cause"],
    )


def _contact(row: Mapping[str, Any]) -> ContactTask:
    return ContactTask(
        task_id=row["task_id"],
        region=row["region"],
        due_on=row["due_on"],
        requested_at=row["requested_at"],
        referral_id=row["referral_id"],
        service_no=row["service_no"],
    )


def _held(row: Mapping[str, Any]) -> Held:
    event: object = msgspec.json.decode(row["body"], type=EVENTS[row["type"]])
    return Held(message_id=row["message_id"], event=event, time=row["said_at"])


def _recipient_row(case: Case, recipient: Recipient) -> dict[str, Any]:
    return {
        "application_id": case.application_id,
        "family_name": recipient.name.family,
        "given_name": recipient.name.given,
        "patronymic": recipient.name.patronymic,
        "email": recipient.email,
        "phone": recipient.phone,
        "language": recipient.language,
        "region": recipient.region,
    }


def _message_rows(case: Case) -> Iterable[dict[str, Any]]:
    for message_id in case.fresh.messages:
        message = case.messages[message_id]
        yield {
            "message_id": message_id,
            "application_id": case.application_id,
            "place": message.place,
            "channel": message.channel,
            "about": message.about,
            "state": message.state,
            "cause": message.cause,
            "created_at": message.created_at,
        }


def _letter_rows(case: Case) -> Iterable[dict[str, Any]]:
    for message_id, letter in case.letters.items():
        yield {
            "message_id": message_id,
            "recipient": letter.to,
            "language": letter.language,
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
        }


def _contact_rows(case: Case) -> Iterable[dict[str, Any]]:
    for task_id in case.fresh.contacts:
        task = case.contacts[task_id]
        yield {
            "task_id": task_id,
            "application_id": case.application_id,
            "region": task.region,
            "due_on": task.due_on,
            "requested_at": task.requested_at,
            "referral_id": task.referral_id,
            "service_no": task.service_no,
        }


def _held_row(case: Case, held: Held) -> dict[str, Any]:
    return {
        "message_id": held.message_id,
        "application_id": case.application_id,
        "type": spec_of(type(held.event)).type,
        "body": held.event,
        "said_at": held.time,
    }
