"""In which place an application must be by its events, in intake's eyes and in verification's."""

from collections.abc import Mapping, Sequence

from console.audit.families import Family
from console.audit.report import Line, Report
from console.audit.sources import Row
from console.audit.told import Told
from contracts import spec_of
from contracts.intake import TOPIC as APPLICATIONS
from contracts.intake import ApplicationSubmitted, ApplicationWithdrawn, ArrivalReported
from contracts.integration import PLANS, PlanCompleted, PlanOpened
from contracts.verification import (
    CHECKS,
    DECISIONS,
    CertificateIssued,
    CertificateRefused,
    CertificateRevoked,
    EligibilityDecided,
    PaymentAuthorised,
    QuotaReleased,
    QuotaReserved,
    QuotaWaitlisted,
    Verdict,
    VerificationCompleted,
)

#: Where a case is, and the event that put it there.
Place = tuple[str | None, Told | None]


def _type(cls: type) -> str:
    return spec_of(cls).type


#: Decisions that put a family into a place, whatever they say of it.
_DECIDED: Mapping[str, str] = {
    _type(QuotaReserved): "place_reserved",
    _type(QuotaWaitlisted): "waitlisted",
    _type(CertificateIssued): "certificate_issued",
    _type(CertificateRefused): "refused",
    _type(CertificateRevoked): "refused",
    _type(PaymentAuthorised): "payment_authorised",
}
_CLAIMED: Mapping[str, str] = {
    _type(QuotaReserved): "reserved",
    _type(QuotaWaitlisted): "waiting",
    _type(QuotaReleased): "released",
    _type(CertificateIssued): "issued",
}
#: Claims of those who are entitled, and of nobody else.
_LIVING = ("waiting", "reserved", "issued")


def judge_places(family: Family, report: Report) -> None:
    """Compares intake's row, verification's case and its claim on the quota with the events. Whoever is
    entitled has a claim, and nobody else."""
    line = report["places"]
    _judge_citizen(line, family)
    stage, claim = verified_stage(family), claim_of(family)
    _compare(line, f"{family.id}/verification", "verification", _of(family.row("cases"), "stage"), stage)
    _compare(line, f"{family.id}/quota", "the quota", _of(family.row("places"), "state"), claim)
    if (stage[0] == "eligible") != (claim[0] in _LIVING):
        line.fault(f"{family.id}/quota", f"is {stage[0]}, and its claim on the quota is {claim[0]}")


def _judge_citizen(line: Line, family: Family) -> None:
    """Nobody is told of a draft, nor that it was taken back."""
    found, (state, why) = _of(family.row("applications"), "state"), citizens_place(family)
    if state != "draft":
        _compare(line, family.id, "intake", found, (state, why))
    elif found not in (None, "draft", "withdrawn"):
        line.fault(family.id, f"is {found} in intake, and no event says so")
    if found:
        line.notes[f"{found}, by {_name(why)}"] += 1


def claim_of(family: Family) -> Place:
    """Its claim on the quota."""
    return _last(family.on(DECISIONS), _CLAIMED)


def citizens_place(family: Family) -> Place:
    """By what intake told itself and what it has heard: whoever left or moved is not turned back."""
    own = family.on(APPLICATIONS)
    if withdrawn := _first(own, ApplicationWithdrawn):
        return "withdrawn", withdrawn
    if arrived := _first(own, ArrivalReported):
        plans = family.decided_by("intake", PLANS)
        if completed := _first(plans, PlanCompleted):
            return "settled", completed
        opened = _first(plans, PlanOpened)
        return ("settling", opened) if opened else ("arrived", arrived)
    decided = map(_decided, reversed(family.decided_by("intake", DECISIONS)))
    if standing := next((place for place in decided if place[0]), None):
        return standing
    if checked := family.decided_by("intake", CHECKS):
        return "checking", checked[0]
    submitted = _first(own, ApplicationSubmitted)
    return ("submitted", submitted) if submitted else ("draft", None)


def verified_stage(family: Family) -> Place:
    """By what verification told itself and what it has heard."""
    own = family.on(DECISIONS)
    heard = family.decided_by("verification")
    withdrawn = _first(heard, ApplicationWithdrawn)
    if withdrawn and not _first(own, PaymentAuthorised):
        return "withdrawn", withdrawn
    if entitled := _first(own, EligibilityDecided):
        return ("eligible" if entitled.fact.eligible else "refused"), entitled
    if verdict := _first(own, VerificationCompleted):
        return verdict.fact.verdict.value, verdict
    if submitted := _first(heard, ApplicationSubmitted):
        return "checking", submitted
    return ("expected", heard[0]) if heard else (None, None)


def _decided(told: Told) -> Place:
    """Where this decision puts a family; nowhere else, if it only says more."""
    if told.type == _type(VerificationCompleted):
        return ("checking" if told.fact.verdict is Verdict.CLEAR else "blocked"), told
    if told.type == _type(EligibilityDecided):
        return (None if told.fact.eligible else "refused"), told
    return _DECIDED.get(told.type), told


def _first(told: Sequence[Told], cls: type) -> Told | None:
    name = _type(cls)
    return next((one for one in told if one.type == name), None)


def _last(told: Sequence[Told], names: Mapping[str, str]) -> Place:
    for one in reversed(told):
        if one.type in names:
            return names[one.type], one
    return None, None


def _name(why: Told | None) -> str:
    return why.type.removeprefix("kz.qonys.").rpartition(".v")[0] if why else "no event"


def _of(row: Row | None, column: str) -> str | None:
    return row[column] if row else None


def _compare(line: Line, offender: object, where: str, found: str | None, wanted: Place) -> None:
    line.examined += 1
    place, why = wanted
    if found != place:
        because = f"by {_name(why)} {why.id}" if why else "for no event says otherwise"
        line.fault(
            offender, f"is {found or 'nowhere'} in {where} and must be {place or 'nowhere'}, {because}"
        )
