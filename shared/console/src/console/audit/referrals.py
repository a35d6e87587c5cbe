"""Each referral: sent once, in the state of the last reply, which integration-support has really heard."""

from collections.abc import Iterator, Mapping, Sequence

from console.audit.families import Family
from console.audit.report import Line, Report
from console.audit.told import named, of_type
from contracts import spec_of
from contracts.intake import ArrivalReported
from contracts.integration import (
    PLANS,
    REFERRALS,
    PlanCompleted,
    PlanOpened,
    ReferralAccepted,
    ReferralDeclined,
    ReferralDone,
    ReferralSent,
)

SERVICE = "integration-support"
_STATES: Mapping[str, str] = {
    spec_of(ReferralSent).type: "sent",
    spec_of(ReferralAccepted).type: "accepted",
    spec_of(ReferralDeclined).type: "declined",
    spec_of(ReferralDone).type: "done",
}
#: State → those from which a referral comes to it: it never goes back.
_BEFORE: Mapping[str, Sequence[str | None]] = {
    "sent": (None,),
    "accepted": ("sent",),
    "declined": ("sent", "accepted"),
    "done": ("sent", "accepted"),
}
_ENDS = ("declined", "done")
_OPENED, _COMPLETED, _ARRIVED = named(PlanOpened), named(PlanCompleted), named(ArrivalReported)
LOST = "heard, and no longer on the providers' topic"

#: Referral → its state.
States = Mapping[str | None, str]


def judge_referrals(family: Family, report: Report) -> None:
    """Compares the rows with the events, and each answer with the reply that was its cause."""
    line = report["referrals"]
    states = _told(line, family)
    rows: States = {str(row["referral_id"]): row["state"] for row in family.rows("referrals")}
    for identity in rows.keys() | states.keys():
        found, wanted = rows.get(identity), states.get(identity)
        line.examined += 1
        if found != wanted:
            line.fault(identity, f"of {family.id} is {found} and must be {wanted}")
    for what in _of_the_plan(family, states):
        line.fault(family.id, what)


def _told(line: Line, family: Family) -> States:
    """Goes through all that was told of referrals."""
    replies = {str(reply) for reply in family.replies}
    heard = {str(reply) for reply in family.lost_replies - family.unsettled[SERVICE]}
    states: dict[str | None, str] = {}
    for told in family.on(REFERRALS):
        if told.type not in _STATES:
            continue
        identity, state = told.mark.referral_id, _STATES[told.type]
        if states.get(identity) not in _BEFORE[state]:
            line.fault(identity, f"of {family.id} was told {state} and was {states.get(identity)}")
        states[identity] = state
        if state == "sent" or told.cause in replies:
            continue
        if told.cause in heard:
            line.notes[LOST] += 1
        else:
            line.fault(identity, f"of {family.id} is {state}, and no provider said so")
    return states


def _of_the_plan(family: Family, states: States) -> Iterator[str]:
    opened, completed = of_type(family.on(PLANS), _OPENED), of_type(family.on(PLANS), _COMPLETED)
    arrivals = len(of_type(family.decided_by(SERVICE), _ARRIVED))
    if len(opened) != min(arrivals, 1):
        yield f"has {len(opened)} plans after {arrivals} arrivals"
    plans = [plan.fact for plan in opened]
    if [row["plan_id"] for row in family.rows("plans")] != [plan.plan_id for plan in plans]:
        yield "has another plan than it was told"
    if plans and plans[0].referrals != len(states):
        yield f"has {len(states)} referrals, and its plan {plans[0].referrals}"
    ended = bool(opened) and all(state in _ENDS for state in states.values())
    if len(completed) != int(ended):
        yield f"was told {len(completed)} times that its plan is completed, and its end is {ended}"
