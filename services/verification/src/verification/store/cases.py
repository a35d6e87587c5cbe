"""Cases with their checks, and the families' personal data beside them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from contracts.words import Category, Register
from messaging import Connection, Key
from verification.domain.case import Case, Check, CheckKey, Family, Stage, Submission
from verification.domain.draft import FamilyOf
from verification.store.rows import write

# Whole cases: a decision needs all checks, and what the family said of itself.
LOAD_CASES = """
SELECT c.*, f.body AS family,
  (SELECT coalesce(jsonb_agg(to_jsonb(k)), '[]') FROM checks AS k
    WHERE k.application_id = c.application_id) AS checks
FROM cases AS c LEFT JOIN families AS f USING (application_id)
WHERE c.application_id = ANY($1::uuid[])
"""

PUT_CASES = """
INSERT INTO cases (application_id, stage, questionnaire, category, region_from, region_to, submitted_on,
  consented_at)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, stage text, questionnaire boolean,
  category text, region_from text, region_to text, submitted_on date, consented_at timestamptz)
ON CONFLICT (application_id) DO UPDATE SET stage = excluded.stage, questionnaire = excluded.questionnaire,
  category = excluded.category, region_from = excluded.region_from, region_to = excluded.region_to,
  submitted_on = excluded.submitted_on, consented_at = excluded.consented_at
"""

INSERT_FAMILIES = """
INSERT INTO families (application_id, body)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, body jsonb)
"""

# Only checks that moved are written again.
PUT_CHECKS = """
INSERT INTO checks (application_id, register, member_id, state, cause, times, since, reason, job_seeker,
  skill_wanted)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, register text, member_id uuid,
  state text, cause text, times int, since timestamptz, reason jsonb, job_seeker boolean,
  skill_wanted boolean)
ON CONFLICT (application_id, register, member_id) DO UPDATE SET state = excluded.state,
  cause = excluded.cause, times = excluded.times, since = excluded.since, reason = excluded.reason,
  job_seeker = excluded.job_seeker, skill_wanted = excluded.skill_wanted
WHERE (checks.state, checks.times) IS DISTINCT FROM (excluded.state, excluded.times)
"""

_checks = msgspec.json.Decoder(list[dict[str, Any]])
_family = msgspec.json.Decoder(Family)


async def load(conn: Connection, ids: Collection[UUID]) -> dict[UUID, Case]:
    """The cases that are there."""
    return {row["application_id"]: _case(row) for row in await conn.fetch(LOAD_CASES, list(ids))}


async def save(conn: Connection, states: Mapping[Key, Any]) -> None:
    found = [state for state in states.values() if isinstance(state, Case)]
    families = {key.application_id: state for key, state in states.items() if isinstance(key, FamilyOf)}
    await write(conn, PUT_CASES, [_case_row(case) for case in found])
    await write(conn, INSERT_FAMILIES, [{"application_id": i, "body": body} for i, body in families.items()])
    await write(conn, PUT_CHECKS, [row for case in found for row in _check_rows(case)])


def _case(row: asyncpg.Record) -> Case:
    checks = dict(map(_check, _checks.decode(row["checks"])))
    return Case(
        application_id=row["application_id"],
        stage=Stage(row["stage"]),
        questionnaire=row["questionnaire"],
        submission=_submission(row),
        checks=MappingProxyType(checks),
    )


def _submission(row: asyncpg.Record) -> Submission | None:
    if row["family"] is None:
        return None
    return Submission(
        category=Category(row["category"]),
        region_from=row["region_from"],
        region_to=row["region_to"],
        submitted_on=row["submitted_on"],
        consented_at=row["consented_at"],
        family=_family.decode(row["family"]),
    )


def _check(row: Mapping[str, Any]) -> tuple[CheckKey, Check]:
    key = CheckKey(Register(row["register"]), UUID(row["member_id"]))
    return key, msgspec.convert({field.name: row[field.name] for field in fields(Check)}, Check)


def _case_row(case: Case) -> dict[str, Any]:
    said = case.submission
    return {
        "application_id": case.application_id,
        "stage": case.stage,
        "questionnaire": case.questionnaire,
        "category": said and said.category,
        "region_from": said and said.region_from,
        "region_to": said and said.region_to,
        "submitted_on": said and said.submitted_on,
        "consented_at": said and said.consented_at,
    }


def _check_rows(case: Case) -> Iterator[dict[str, Any]]:
    for key, check in case.checks.items():
        content = {field.name: getattr(check, field.name) for field in fields(Check)}
        yield {"application_id": case.application_id, **key._asdict(), **content}
