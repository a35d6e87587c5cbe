"""From a draft to an application and out of it again: draft, papers, submission, withdrawal."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from msgspec import structs

from chassis.iin import iin_warning
from contracts.intake import ApplicationSubmitted, ApplicationWithdrawn, Member, Paper
from intake.domain.acts import AddPaper, CreateDraft, Moment, Submit, Withdraw, done, refused
from intake.domain.case import Case, FiledPaper, Fresh, LivingCase, State, person_key
from intake.domain.papers import Requirement, missing, required
from messaging import Decision, Tell

#: Until the money is on its way a family may change its mind.
WITHDRAWAL_STATES = frozenset(
    {
        State.DRAFT,
        State.SUBMITTED,
        State.CHECKING,
        State.BLOCKED,
        State.WAITLISTED,
        State.PLACE_RESERVED,
        State.CERTIFICATE_ISSUED,
    }
)


def make_draft(case: Case | None, application_id: UUID, act: CreateDraft, moment: Moment) -> Decision:
    """The id follows from the citizen's idempotency key: a draft that is there was made by the same key."""
    if case is not None and not _same(case, act):
        return refused("idempotency_conflict")
    case = case or _drafted(application_id, act, moment)
    needs = required(case.category, case.members, on=moment.today)
    return done(
        case,
        members=[_named(member) for member in case.members],
        papers_required=[_in_json(need) for need in needs],
        warnings=_warnings(case.members),
    )


def _drafted(application_id: UUID, act: CreateDraft, moment: Moment) -> Case:
    """The new case of an act; consent was given with it."""
    case = Case(
        application_id=application_id,
        citizen=act.citizen,
        category=act.category,
        language=act.language,
        region_from=act.region_from,
        region_to=act.region_to,
        contact=act.contact,
        members=act.members,
        consented_at=moment.now,
        created_at=moment.now,
        state=State.DRAFT,
        state_since=moment.now,
        fresh=Fresh(draft=True),
    )
    return case.telling("draft_made", moment.now)


def add_paper(case: Case, act: AddPaper, moment: Moment) -> Decision:
    """A paper of the same member and kind is replaced."""
    if case.state is not State.DRAFT:
        return refused("already_submitted", state=case.state)
    paper = act.paper
    if not any(member.member_id == paper.member_id for member in case.members):
        return refused("not_found")
    others = (p for p in case.papers if (p.member_id, p.kind) != (paper.member_id, paper.kind))
    fresh = replace(case.fresh, papers=(*case.fresh.papers, paper))
    case = replace(case, papers=(*others, paper), fresh=fresh)
    needs = missing(case.category, case.members, case.papers, on=moment.today)
    return done(case, missing=[_in_json(need) for need in needs])


def submit(case: Case, living: LivingCase | None, act: Submit, moment: Moment) -> Decision:
    """The citizen's act. Submitting what is submitted is no error and tells nothing twice.

    `living`: where the applicant (by IIN) has a living case; one person has one.
    """
    if case.state is State.WITHDRAWN:
        return refused("withdrawn_already")
    if case.submitted_at is not None:
        return _submitted(case)
    if living is not None:
        return refused("already_applied", **_own(living, case.citizen))
    needs = missing(case.category, case.members, case.papers, on=moment.today)
    if needs:
        return refused("papers_missing", missing=[_in_json(need) for need in needs])
    case = replace(case, submitted_at=moment.now).moved_to(State.SUBMITTED, moment.now)
    case = case.telling("application_submitted", moment.now)
    decision = _submitted(case, Tell(_application(case, moment)))
    taken = LivingCase(application_id=case.application_id, citizen=case.citizen)
    return structs.replace(decision, states={**decision.states, person_key(act.applicant_iin): taken})


def withdraw(case: Case, act: Withdraw, moment: Moment) -> Decision:
    """Nobody is told of a draft's withdrawal, since nobody was told of the draft."""
    if case.state not in WITHDRAWAL_STATES:
        return refused("withdrawal_not_now", state=case.state)
    effects = [] if case.state is State.DRAFT else [Tell(ApplicationWithdrawn(reason=act.reason))]
    case = case.moved_to(State.WITHDRAWN, moment.now).knowing(silences={}, waitlist_position=None)
    return done(case.telling("application_withdrawn", moment.now), *effects)


def _submitted(case: Case, *effects: Tell) -> Decision:
    assert case.submitted_at is not None
    decision = done(case, *effects, submitted_at=case.submitted_at.isoformat())
    return decision if effects else structs.replace(decision, states={})


def _application(case: Case, moment: Moment) -> ApplicationSubmitted:
    return ApplicationSubmitted(
        category=case.category,
        language=case.language,
        region_from=case.region_from,
        region_to=case.region_to,
        contact=case.contact,
        members=case.members,
        papers=tuple(_reference(paper) for paper in case.papers),
        consented_at=case.consented_at,
        submitted_on=moment.today,
    )


def _reference(paper: FiledPaper) -> Paper:
    return Paper(
        paper_id=paper.paper_id,
        kind=paper.kind,
        holder=paper.member_id,
        number=paper.number,
        sha256=paper.sha256,
    )


def _own(living: LivingCase, citizen: str) -> dict[str, str]:
    """The other case is named to nobody but its own citizen."""
    return {"application_id": str(living.application_id)} if living.citizen == citizen else {}


def _same(case: Case, act: CreateDraft) -> bool:
    said = (act.citizen, act.category, act.language, act.region_from, act.region_to, act.contact, act.members)
    known = (case.citizen, case.category, case.language, case.region_from, case.region_to, case.contact)
    return said == (*known, case.members)


def _named(member: Member) -> dict[str, Any]:
    return {"member_id": str(member.member_id), "kinship": member.kinship.value, "iin": member.iin}


def _in_json(need: Requirement) -> dict[str, Any]:
    return {
        "member_id": str(need.member_id),
        "kind": need.kind.value,
        "instead": [kind.value for kind in need.instead],
    }


def _warnings(members: Sequence[Member]) -> list[dict[str, str]]:
    """Where an IIN disagrees with its bearer: to be looked at, never a reason to refuse."""
    return [
        {"pointer": f"#/members/{place}/iin", "code": warning.value}
        for place, member in enumerate(members)
        if member.iin is not None and (warning := iin_warning(member.iin, born=member.birth_date)) is not None
    ]
