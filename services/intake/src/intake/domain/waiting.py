"""Who owes a case what, since when and until when, and what its citizen does next; as codes, not words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from contracts.notification import Channel
from intake.domain.case import Case, State

OPEN = frozenset({"sent", "accepted", "overdue"})  # states of a referral whose service is still owed


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
    """`awaited` is a code; `by` is when something happens by itself, if anything does. Of services the one
    that is due first is meant: its provider owes it until `due_on`; if he is late once more, the career
    centre steps in by `centre_by`. Where an operator is awaited, `parked_in` are the services that wait for
    him, the one that has waited longest first."""

    awaited: str
    since: datetime
    by: datetime | None = None
    provider: str | None = None
    due_on: date | None = None
    late: bool = False
    centre_by: date | None = None
    parked_in: tuple[str, ...] = ()
    args: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def owed_by(self) -> str:
        """A code: who has to do it."""
        return _DEBTORS["register" if self.awaited.startswith("register_") else self.awaited]


def waiting(case: Case, *, papers_missing: int, parked_at: datetime | None = None) -> Waiting | None:
    """What is awaited; None when nothing is: the case is over. A message about it may wait for an operator,
    in another service or here, since `parked_at`: then all the rest may be out of date. A family that owes
    something and was reached on no channel may not know it: then the career centre owes it a call."""
    parked = case.facts.parked if parked_at is None else {**case.facts.parked, "intake": parked_at}
    if parked:
        oldest = sorted(parked, key=lambda service: (parked[service], service))
        return Waiting(awaited="operator", since=parked[oldest[0]], parked_in=tuple(oldest))
    now, failing = _next(case, papers_missing), case.facts.failing
    if now and now.owed_by == "family" and failing.keys() >= set(Channel):
        return Waiting(awaited="call", since=max(now.since, *failing.values()))
    return now


def _next(case: Case, papers_missing: int) -> Waiting | None:
    """What the case itself waits for."""
    match case.state:
        case State.SUBMITTED | State.CHECKING:
            return _registers(case)
        case State.WAITLISTED:
            position = case.facts.waitlist_position or 0
            return Waiting(awaited="place", since=case.state_since, args={"position": position})
        case State.SETTLING:
            return _services(case)
    awaited = _awaited(case, papers_missing)
    args = {"count": papers_missing} if awaited == "papers" else {}
    return Waiting(awaited=awaited, since=_turned(case), args=args) if awaited else None


def next_step(case: Case, *, papers_missing: int) -> NextStep:
    """What the citizen does next. Whoever is waited for is not the citizen: `wait`. He need not wait for an
    operator: acts pass what is parked."""
    if case.state in (State.BLOCKED, State.REFUSED):
        return NextStep.MEND
    if case.state is State.CERTIFICATE_ISSUED and case.facts.reasons:
        return NextStep.CHOOSE_OTHER_HOUSING
    now = _next(case, papers_missing)
    return _STEPS.get(now.awaited, NextStep.WAIT) if now else NextStep.NOTHING


_DEBTORS = {
    "papers": "family",
    "submission": "family",
    "registers": "registers",
    "register": "registers",
    "decision": "verification",
    "place": "region",
    "questionnaire": "family",
    "certificate": "verification",
    "housing": "family",
    "payment": "verification",
    "arrival": "family",
    "plan": "integration-support",
    "services": "providers",
    "mending": "family",
    "call": "career-centre",
    "operator": "operator",
}
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
        case State.BLOCKED | State.REFUSED:
            return "mending"
    return None


def _turned(case: Case) -> datetime:
    """Since when the one who owes the next thing owes it: that may have changed within a state."""
    return max(case.state_since, case.facts.turned_at or case.state_since)


def _services(case: Case) -> Waiting:
    """Of the open referrals the one that is due first, and how many are closed."""
    facts = case.facts
    closed = sum(state not in OPEN for state in facts.referrals.values())
    args: dict[str, str | int] = {"closed": closed, "total": facts.referrals_total or len(facts.referrals)}
    still = [no for no, state in facts.referrals.items() if state in OPEN and no in facts.referred]
    if not still:  # all are closed, or were sent before intake kept to whom
        return Waiting(awaited="services", since=case.state_since, args=args)
    no = min(still, key=lambda no: (facts.referred[no].due_on, no))
    first = facts.referred[no]
    return Waiting(
        awaited="services",
        since=first.since,
        provider=first.provider,
        due_on=first.due_on,
        late=facts.referrals[no] == "overdue",
        centre_by=facts.stepping_in.get(no),
        args={**args, "service": no, "day": first.due_on.isoformat()},
    )


def _registers(case: Case) -> Waiting:
    """A silent register is named: since when it is silent, and when it is asked again."""
    silences = sorted(case.facts.silences.values(), key=lambda silence: silence.since)
    if silences:
        first = silences[0]
        return Waiting(awaited=f"register_{first.register}", since=first.since, by=first.asked_again_at)
    if case.facts.verified:
        return Waiting(awaited="decision", since=_turned(case))
    return Waiting(awaited="registers", since=case.state_since)
