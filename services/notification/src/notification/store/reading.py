"""What is read outside a decision: an application's messages, the contact tasks, whose a message is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from messaging import Connection

MESSAGES = """
SELECT message_id, channel, about, state, cause, created_at, changed_at
FROM messages WHERE application_id = $1 ORDER BY place
"""

MESSAGES_WITH_TEXTS = """
SELECT m.message_id, channel, about, state, cause, created_at, changed_at, l.language, l.subject, l.text
FROM messages AS m JOIN letters AS l USING (message_id)
WHERE application_id = $1 ORDER BY place
"""

APPLICATION_OF = "SELECT application_id FROM messages WHERE message_id = $1"

# What is due first comes first.
CONTACT_TASKS = """
SELECT task_id, application_id, region, due_on, requested_at, referral_id, service_no FROM contact_tasks
WHERE ($1::text IS NULL OR region = $1) AND ($2::date IS NULL OR (due_on, task_id) > ($2, $3::uuid))
ORDER BY due_on, task_id LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class After:
    """The place on the list to go on from."""

    due_on: date
    task_id: UUID


@dataclass(frozen=True, slots=True)
class ListedTask:
    task_id: UUID
    application_id: UUID
    region: str
    due_on: date
    requested_at: datetime
    referral_id: UUID | None
    service_no: int | None


async def messages(conn: Connection, application_id: UUID, *, with_texts: bool) -> list[dict[str, Any]]:
    """Oldest first; texts are personal data and come only when asked for."""
    statement = MESSAGES_WITH_TEXTS if with_texts else MESSAGES
    return [dict(row) for row in await conn.fetch(statement, application_id)]


async def application_of(conn: Connection, message_id: UUID) -> UUID | None:
    found: UUID | None = await conn.fetchval(APPLICATION_OF, message_id)
    return found


async def contact_tasks(
    conn: Connection, *, region: str | None, after: After | None, limit: int
) -> Sequence[ListedTask]:
    due_on, task_id = (after.due_on, after.task_id) if after else (None, None)
    rows = await conn.fetch(CONTACT_TASKS, region, due_on, task_id, limit)
    return [ListedTask(**dict(row)) for row in rows]
