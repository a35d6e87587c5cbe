"""What is read outside a decision: a timeline, whose case it is, the officers' list."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from contracts.words import Category, Language
from intake.domain.case import Entry, State
from messaging import Connection

TIMELINE = "SELECT number, at, code, args FROM timeline WHERE application_id = $1 ORDER BY number"

OWNER = """
SELECT a.citizen, a.language, p.iin AS applicant_iin
FROM applications AS a JOIN people AS p USING (application_id)
WHERE a.application_id = $1 AND p.kinship = 'applicant'
"""

# One page of the officers' list, newest first; `number` is the place to go on from.
PAGE = """
SELECT number, application_id, state, category, region_from, region_to, people, created_at, submitted_at
FROM applications
WHERE number < $1 AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR region_to = $3)
ORDER BY number DESC LIMIT $4
"""

_args = msgspec.json.Decoder(dict[str, str | int])


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose case it is, and what the edge has to know before it asks the decider."""

    citizen: str
    language: Language
    applicant_iin: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A case on the officers' list: no names."""

    number: int
    application_id: UUID
    state: State
    category: Category
    region_from: str
    region_to: str
    people: int
    created_at: datetime
    submitted_at: datetime | None


async def timeline(conn: Connection, application_id: UUID) -> list[Entry]:
    rows = await conn.fetch(TIMELINE, application_id)
    return [Entry(number=r["number"], at=r["at"], code=r["code"], args=_args.decode(r["args"])) for r in rows]


async def owner(conn: Connection, application_id: UUID) -> Owner | None:
    row = await conn.fetchrow(OWNER, application_id)
    return row and Owner(row["citizen"], Language(row["language"]), row["applicant_iin"])


async def page(
    conn: Connection, *, after: int, state: State | None, region: str | None, limit: int
) -> list[Listed]:
    """At most `limit` cases numbered below `after`, newest first."""
    return [Listed(**dict(row)) for row in await conn.fetch(PAGE, after, state, region, limit)]
