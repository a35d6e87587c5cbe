"""Each referral: sent once, in the state of the last reply, which integration-support has really heard."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from console.audit.families import Family, Told
from console.audit.report import Report
from contracts import spec_of
from contracts.intake import ArrivalReported
from contracts.integration import (
    PlanCompleted,
    PlanOpened,
    ReferralAccepted,
    ReferralDeclined,
    ReferralDone,
    ReferralSent,
)

_STATES: Mapping[str, str] = {
    spec_of(ReferralSent).type: "sent",
    spec_of(ReferralAccepted).type: "accepted",
    spec_of(ReferralDeclined).type: "declined",
    spec_of(ReferralDone).type: "done",
}
_ARRIVED = spec_of(ArrivalReported).type
_ENDS = ("declined", "done")


def judge_referrals(family: Family, report: Report, *, replies_kept: bool) -> None:
    """Compares the rows with the events. `replies_kept`: the topic of replies still has all of them."""
    line = report["referrals"]
    said = [told for told in family.by("integration-support") if told.type in _STATES]
    states: dict[UUID, str] = {}
    for told in said:
        identity, state = told.fact.referral_id, _STATES[told.type]
        if (state == "sent") == (identity in states):
            line.fault(identity, f"of {family.id} was told {state} and was {states.get(identity)}")
        if replies_kept and state != "sent" and not _caused(told, family):
            line.fault(identity, f"of {family.id} is {state}, and no provider said so")
        states[identity] = state
    rows = {row["referral_id"]: row["state"] for row in family.rows("referrals")}
    for identity in {*rows, *states}:
        found, wanted = rows.get(identity), states.get(identity)
        line.check(found == wanted, identity, f"of {family.id} is {found} and must be {wanted}")
    for what in _of_the_plan(family, states):
        line.fault(family.id, what)


def _caused(told: Told, family: Family) -> bool:
    """By a reply that lies on the topic."""
    return any(str(reply.id) == told.envelope.causationid for reply in family.replies)


def _of_the_plan(family: Family, states: Mapping[UUID, str]) -> Iterator[str]:
    opened = _told(family, PlanOpened)
    completed = _told(family, PlanCompleted)
    arrivals = sum(told.type == _ARRIVED for told in family.decided_by("integration-support"))
    if len(opened) != min(arrivals, 1):
        yield f"has {len(opened)} plans after {arrivals} arrivals"
    if opened and opened[0].fact.referrals != len(states):
        yield f"has {len(states)} referrals, and its plan {opened[0].fact.referrals}"
    ended = bool(opened) and all(state in _ENDS for state in states.values())
    if len(completed) != int(ended):
        yield f"was told {len(completed)} times that its plan is completed, and its end is {ended}"


def _told(family: Family, cls: type) -> list[Told]:
    name = spec_of(cls).type
    return [told for told in family.by("integration-support") if told.type == name]
