"""What a case waits for, since when and until when, and what its citizen does next; as codes, not words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from intake.domain.case import Case, State


class NextStep(StrEnum):
    UPLOAD_PAPERS = "upload_papers"
    SUBMIT = "submit"
    WAIT = "wait"
    FILL_QUESTIONNAIRE = "fill_questionnaire"
    CHOOSE_HOUSING = "choose_housing"
    CHOOSE_OTHER_HOUSING = "choose_other_housing"
    REPORT_ARRIVAL = "report_arrival"
    MEND = "mend"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`awaited` is a code; `by` is when something happens by itself, if anything does."""

    awaited: str
    since: datetime
    by: datetime | None = None
    args: Mapping[str, str | int] = field(default_factory=dict)


def waiting(case: Case, *, papers_missing: int) -> Waiting | None:
    """What is awaited; None when nothing is: the case is over or its reasons have to be mended."""
    match case.state:
        case State.SUBMITTED | State.CHECKING:
            return _registers(case)
        case State.WAITLISTED:
            position = case.facts.waitlist_position or 0
            return Waiting(awaited="place", since=case.state_since, args={"position": position})
        case State.SETTLING:
            closed = sum(state in ("done", "declined") for state in case.facts.referrals.values())
            args = {"closed": closed, "total": case.facts.referrals_total or len(case.facts.referrals)}
            return Waiting(awaited="services", since=case.state_since, args=args)
    awaited = _awaited(case, papers_missing)
    args = {"count": papers_missing} if awaited == "papers" else {}
    return Waiting(awaited=awaited, since=case.state_since, args=args) if awaited else None


def next_step(case: Case, *, papers_missing: int) -> NextStep:
    """What the citizen does next. Whoever is waited for is not the citizen: `wait`."""
    if case.state in (State.BLOCKED, State.REFUSED):
        return NextStep.MEND
    if case.state is State.CERTIFICATE_ISSUED and case.facts.reasons:
        return NextStep.CHOOSE_OTHER_HOUSING
    now = waiting(case, papers_missing=papers_missing)
    return _STEPS.get(now.awaited, NextStep.WAIT) if now else NextStep.NOTHING


_STEPS = {
    "papers": NextStep.UPLOAD_PAPERS,
    "submission": NextStep.SUBMIT,
    "questionnaire": NextStep.FILL_QUESTIONNAIRE,
    "housing": NextStep.CHOOSE_HOUSING,
    "arrival": NextStep.REPORT_ARRIVAL,
}


def _awaited(case: Case, papers_missing: int) -> str | None:
    match case.state:
        case State.DRAFT:
            return "papers" if papers_missing else "submission"
        case State.PLACE_RESERVED:
            return "certificate" if case.facts.questionnaire else "questionnaire"
        case State.CERTIFICATE_ISSUED:
            return "payment" if case.facts.home else "housing"
        case State.PAYMENT_AUTHORISED:
            return "arrival"
        case State.ARRIVED:
            return "plan"
    return None


def _registers(case: Case) -> Waiting:
    """A silent register is named: since when it is silent, and when it is asked again."""
    silences = sorted(case.facts.silences.values(), key=lambda silence: silence.since)
    if silences:
        first = silences[0]
        return Waiting(awaited=f"register_{first.register}", since=first.since, by=first.asked_again_at)
    return Waiting(awaited="decision" if case.facts.verified else "registers", since=case.state_since)
