"""What an officer sees: a family's plan, every service of it acknowledged or explained."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request

from chassis.arabic_script import to_arabic_script
from chassis.auth import Officer
from chassis.database import Pool
from chassis.languages import language_of
from chassis.problems import Problem
from chassis.words import ARABIC, Words
from contracts import words as contract_words
from integration_support import store
from integration_support.domain.catalogue import Catalogue
from integration_support.domain.plan import Plan
from integration_support.domain.referral import Referral, State

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the routes work with; `app.py` puts it together as `app.state.desk`."""

    pool: Pool
    words: Words
    catalogue: Catalogue


@router.get("/v1/plans/{application_id}")
async def show_plan(request: Request, application_id: UUID, _: Officer) -> dict[str, Any]:
    """The matrix: each service of the catalogue with its state and term, or why it is not needed."""
    desk: Desk = request.app.state.desk
    async with desk.pool.acquire() as conn:
        found = (await store.load(conn, [application_id])).get(application_id)
    if found is None:
        raise Problem(404, "not_found")
    return view(found, desk, language=language_of(request))


def view(plan: Plan, desk: Desk, *, language: str) -> dict[str, Any]:
    """The plan as JSON; sentences in the reader's language."""
    known = {service.no: service for service in desk.catalogue.services}
    rows = [_referred(one) for one in plan.referrals.values()]
    rows += [_explained(one.service_no, one.because, desk.words, language) for one in plan.not_applicable]
    for row in rows:
        service = known.get(row["service_no"])  # the catalogue may have been replaced since
        row["group"] = service.group if service else None
        row["name"] = _said(service.names, language) if service else None
    return {
        "application_id": plan.application_id,
        "plan_id": plan.plan_id,
        "state": "completed" if plan.completed else "open",
        "opened_on": plan.opened_on,
        "region": plan.region,
        "people": plan.people,
        "counts": _counts(plan),
        "services": sorted(rows, key=lambda row: row["service_no"]),
    }


def _counts(plan: Plan) -> Mapping[str, int]:
    counts: dict[str, int] = {state.value: plan.count(state) for state in State}
    counts["not_applicable"] = len(plan.not_applicable)
    counts["overdue"] = sum(one.overdue_now for one in plan.referrals.values())
    return counts


def _referred(referral: Referral) -> dict[str, Any]:
    return {
        "service_no": referral.service_no,
        "state": referral.state.value,
        "referral_id": referral.referral_id,
        "provider": referral.provider,
        "due_on": referral.due_on,
        "overdue_times": referral.overdue_times,
        "because": referral.because and {"says": referral.because},
    }


def _explained(service_no: int, because: str, words: Words, language: str) -> dict[str, Any]:
    key = f"because-{because.replace('_', '-')}"
    says = words.say(language, key) if words.knows(key) else because
    return {
        "service_no": service_no,
        "state": "not_applicable",
        "because": {"code": because, "says": says},
    }


def _said(names: contract_words.Words, language: str) -> str:
    if language == ARABIC:
        return to_arabic_script(names.kk)
    said: str = getattr(names, language)
    return said
