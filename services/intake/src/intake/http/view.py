"""A case in words: what a citizen reads about it, in his language."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import to_builtins

import contracts.words as said
from chassis.regions import region_of
from intake.domain.case import Case, Entry, Facts
from intake.domain.papers import Requirement, missing
from intake.domain.waiting import NextStep, Waiting, next_step, waiting
from intake.http.timeline import timeline
from intake.http.voice import Voice

#: The sentence that a family reads → that which an officer reads.
OFFICERS_READ = {"operator": "operator-in", "call": "call-owed"}
REFERRAL_STATES = ("sent", "accepted", "declined", "done", "overdue")


def case_in_words(
    case: Case,
    entries: Sequence[Entry],
    *,
    voice: Voice,
    today: date,
    parked_at: datetime | None = None,
    for_officer: bool = False,
) -> dict[str, Any]:
    """The whole answer of `GET /v1/applications/{id}`; `parked_at`: since when something about it is parked
    here. An officer reads which service waits for an operator."""
    needs = missing(case.category, case.members, case.papers, on=today)
    awaited = waiting(case, papers_missing=len(needs), parked_at=parked_at)
    return {
        "application_id": case.application_id,
        "category": case.category,
        "language": case.language,
        "region_from": _region(case.region_from, voice),
        "region_to": _region(case.region_to, voice),
        "people": len(case.members),
        "state": case.state,
        "state_words": voice.say(f"state-{case.state}"),
        "created_at": case.created_at,
        "submitted_at": case.submitted_at,
        "waiting": awaited and _waiting(awaited, voice, for_officer=for_officer),
        "next_step": _step(next_step(case, papers_missing=len(needs)), voice),
        "reasons": [_reason(reason, voice) for reason in case.facts.reasons],
        "members": [_member(member) for member in to_builtins(case.members)],
        "papers": _papers(case, needs),
        **_facts(case.facts),
        "timeline": timeline(entries, case.members, voice=voice),
    }


def _step(step: NextStep, voice: Voice) -> dict[str, str]:
    return {"code": step, "sentence": voice.say(f"next-{step}")}


def _waiting(awaited: Waiting, voice: Voice, *, for_officer: bool) -> dict[str, Any]:
    return {
        "for": awaited.awaited,
        "owed_by": awaited.owed_by,
        "since": awaited.since,
        "by": awaited.by,
        "service_no": awaited.args.get("service"),
        "provider": awaited.provider,
        "due_on": awaited.due_on,
        "late": awaited.late,
        "centre_by": awaited.centre_by,
        "parked_in": awaited.parked_in,
        "sentence": _sentence(awaited, voice, for_officer=for_officer),
    }


def _sentence(awaited: Waiting, voice: Voice, *, for_officer: bool) -> str:
    args = {**awaited.args, "since": voice.time(awaited.since)}
    if awaited.by is not None:
        args |= {"register": awaited.awaited.removeprefix("register_"), "by": voice.time(awaited.by)}
    if awaited.centre_by is not None:
        args["centre_day"] = awaited.centre_by.isoformat()
    if awaited.parked_in:
        args["parked_in"] = awaited.parked_in[0]
    key = _key(awaited)
    return voice.say(f"waiting-{OFFICERS_READ.get(key, key) if for_officer else key}", args)


def _key(awaited: Waiting) -> str:
    """Of the sentence that is said."""
    if awaited.by is not None:
        return "register"
    if awaited.due_on is None:
        return awaited.awaited
    if not awaited.late:
        return "provider-due"
    return "provider-late" if awaited.centre_by is None else "provider-centre"


def _region(kato: str, voice: Voice) -> dict[str, str]:
    region = region_of(kato)
    return {"kato": kato, "name": voice.choose(region.names) if region else kato}


def _reason(reason: said.Reason, voice: Voice) -> dict[str, Any]:
    act = voice.choose(reason.act_words) if reason.act_words else reason.act
    remedy = reason.remedy and voice.choose(reason.remedy)
    return {"code": reason.code, "act": act, "says": voice.choose(reason.says), "remedy": remedy}


def _member(member: Mapping[str, Any]) -> dict[str, Any]:
    return {name: member[name] for name in ("member_id", "kinship", "name", "birth_date", "iin")}


def _papers(case: Case, needs: Sequence[Requirement]) -> dict[str, Any]:
    shown = ("member_id", "kind", "media_type", "size_bytes")
    return {
        "uploaded": [{name: getattr(paper, name) for name in shown} for paper in case.papers],
        "missing": to_builtins(needs),
    }


def _facts(facts: Facts) -> dict[str, Any]:
    return {
        "waitlist_position": facts.waitlist_position,
        "certificate": to_builtins(facts.certificate),
        "housing": to_builtins(facts.home),
        "payment": to_builtins(facts.payment),
        "referrals": _referrals(facts),
        "contact_by": facts.contact_by,
    }


def _referrals(facts: Facts) -> dict[str, Any] | None:
    if facts.referrals_total is None:
        return None
    states = list(facts.referrals.values())
    return {
        "total": facts.referrals_total,
        "not_needed": facts.services_not_needed,
        **{state: states.count(state) for state in REFERRAL_STATES},
        "services": [{"service_no": no, "state": state} for no, state in sorted(facts.referrals.items())],
    }
