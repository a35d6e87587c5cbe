"""All SQL of integration-support: plans loaded and saved for a whole batch, one statement for each table."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec

from contracts.integration import NotApplicable
from contracts.words import Category, Language
from integration_support.domain.plan import Plan
from integration_support.domain.referral import Referral, State
from messaging import Connection

LOAD_PLANS = "SELECT * FROM plans WHERE application_id = ANY($1::uuid[])"

# In the catalogue's order, as people read them.
LOAD_REFERRALS = """
SELECT r.*, w.because FROM referrals AS r LEFT JOIN provider_words AS w USING (referral_id)
WHERE r.application_id = ANY($1::uuid[]) ORDER BY r.service_no
"""

# A plan is written once; its referrals go on.
INSERT_PLANS = """
INSERT INTO plans (application_id, plan_id, category, language, people, region, opened_on, not_applicable)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, plan_id uuid, category text,
  language text, people int, region text, opened_on date, not_applicable jsonb)
ON CONFLICT (application_id) DO NOTHING
"""

# Only rows that differ are written anew.
PUT_REFERRALS = """
INSERT INTO referrals (referral_id, application_id, service_no, provider, due_on, state, overdue_times)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (referral_id uuid, application_id uuid, service_no int,
  provider text, due_on date, state text, overdue_times int)
ON CONFLICT (referral_id) DO UPDATE SET state = excluded.state, overdue_times = excluded.overdue_times
WHERE (referrals.state, referrals.overdue_times) IS DISTINCT FROM (excluded.state, excluded.overdue_times)
"""

INSERT_PROVIDER_WORDS = """
INSERT INTO provider_words (referral_id, because)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (referral_id uuid, because text)
ON CONFLICT (referral_id) DO NOTHING
"""

_not_applicable = msgspec.json.Decoder(tuple[NotApplicable, ...])


async def load(conn: Connection, keys: Collection[UUID]) -> dict[UUID, Plan]:
    """Plans by application id; a family without one is left out."""
    referrals: dict[UUID, dict[UUID, Referral]] = defaultdict(dict)
    for row in await conn.fetch(LOAD_REFERRALS, list(keys)):
        referrals[row["application_id"]][row["referral_id"]] = _referral(row)
    return {
        row["application_id"]: _plan(row, referrals[row["application_id"]])
        for row in await conn.fetch(LOAD_PLANS, list(keys))
    }


async def save(conn: Connection, plans: Collection[Plan]) -> None:
    referrals = [(plan, one) for plan in plans for one in plan.referrals.values()]
    await _write(conn, INSERT_PLANS, (_plan_row(plan) for plan in plans))
    await _write(conn, PUT_REFERRALS, (_referral_row(plan, one) for plan, one in referrals))
    words = ({"referral_id": r.referral_id, "because": r.because} for _, r in referrals if r.because)
    await _write(conn, INSERT_PROVIDER_WORDS, words)


async def _write(conn: Connection, statement: str, rows: Iterable[Mapping[str, Any]]) -> None:
    written = list(rows)
    if written:
        await conn.execute(statement, msgspec.json.encode(written).decode())


def _plan(row: Mapping[str, Any], referrals: Mapping[UUID, Referral]) -> Plan:
    return Plan(
        application_id=row["application_id"],
        plan_id=row["plan_id"],
        category=Category(row["category"]),
        language=Language(row["language"]),
        people=row["people"],
        region=row["region"],
        opened_on=row["opened_on"],
        referrals=MappingProxyType(referrals),
        not_applicable=_not_applicable.decode(row["not_applicable"]),
    )


def _referral(row: Mapping[str, Any]) -> Referral:
    return Referral(
        referral_id=row["referral_id"],
        service_no=row["service_no"],
        provider=row["provider"],
        due_on=row["due_on"],
        state=State(row["state"]),
        overdue_times=row["overdue_times"],
        because=row["because"],
    )


def _plan_row(plan: Plan) -> dict[str, Any]:
    return {
        "application_id": plan.application_id,
        "plan_id": plan.plan_id,
        "category": plan.category,
        "language": plan.language,
        "people": plan.people,
        "region": plan.region,
        "opened_on": plan.opened_on,
        "not_applicable": plan.not_applicable,
    }


def _referral_row(plan: Plan, referral: Referral) -> dict[str, Any]:
    return {
        "referral_id": referral.referral_id,
        "application_id": plan.application_id,
        "service_no": referral.service_no,
        "provider": referral.provider,
        "due_on": referral.due_on,
        "state": referral.state,
        "overdue_times": referral.overdue_times,
    }
