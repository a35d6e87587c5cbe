"""In which place an application must be by its events: in intake's eyes and in verification's."""

from collections.abc import Mapping, Sequence

from console.audit.families import Family, Told
from console.audit.report import Report
from contracts import spec_of
from contracts.intake import ApplicationSubmitted, ApplicationWithdrawn, ArrivalReported
from contracts.integration import PlanCompleted, PlanOpened
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
Place = tuple[str, Told | None]


def _type(cls: type) -> str:
    return spec_of(cls).type


_MOVED = {
    _type(ArrivalReported): "arrived",
    _type(PlanOpened): "settling",
    _type(PlanCompleted): "settled",
}
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


def judge_places(family: Family, report: Report) -> None:
    """Compares intake's row, verification's case and its claim on the quota with the events."""
    line = report["places"]
    application, case = family.row("applications"), family.row("cases")
    state, why = citizens_place(family)
    is_at = application["state"] if application else None
    if not (is_at == "withdrawn" and state == "draft"):  # a draft is taken back without a word
        line.check(
            is_at == state or (is_at, state) == (None, "draft"), family.id, _says("intake", is_at, state, why)
        )
    if is_at:
        line.notes[f"{is_at}, by {_name(why)}"] += 1
    stage, reason = verified_stage(family)
    at_stage = case["stage"] if case else None
    line.check(at_stage == stage, f"{family.id}/verification", _says("verification", at_stage, stage, reason))
    claim, event = _last(family.by("verification"), _CLAIMED)
    at_claim = case["place"] if case else None
    line.check(at_claim == claim, f"{family.id}/quota", _says("the quota", at_claim, claim, event))


def citizens_place(family: Family) -> Place:
    """By what intake told itself and what it has heard: whoever left or moved is not turned back."""
    own = family.by("intake")
    heard = family.decided_by("intake")
    if withdrawn := _first(own, ApplicationWithdrawn):
        return "withdrawn", withdrawn
    if _first(own, ArrivalReported):
        place, why = _last([*own, *heard], _MOVED)
        return place or "arrived", why
    decided = [_decided(told) for told in heard if told.topic == DECISIONS]
    if standing := [place for place in decided if place[0]]:
        return standing[-1]
    if checked := [told for told in heard if told.topic == CHECKS]:
        return "checking", checked[0]
    submitted = _first(own, ApplicationSubmitted)
    return ("submitted", submitted) if submitted else ("draft", None)


def verified_stage(family: Family) -> tuple[str | None, Told | None]:
    """By what verification told itself and what it has heard."""
    own = family.by("verification")
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


def _decided(told: Told) -> tuple[str, Told]:
    """Where this decision puts a family; nowhere else, if it only says more."""
    if told.type == _type(VerificationCompleted):
        return ("checking" if told.fact.verdict is Verdict.CLEAR else "blocked"), told
    if told.type == _type(EligibilityDecided):
        return ("" if told.fact.eligible else "refused"), told
    return _DECIDED.get(told.type, ""), told


def _first(told: Sequence[Told], cls: type) -> Told | None:
    name = _type(cls)
    return next((one for one in told if one.type == name), None)


def _last(told: Sequence[Told], names: Mapping[str, str]) -> tuple[str | None, Told | None]:
    for one in reversed(told):
        if one.type in names:
            return names[one.type], one
    return None, None


def _name(why: Told | None) -> str:
    return why.type.removeprefix("kz.qonys.").rpartition(".v")[0] if why else "no event"


def _says(where: str, found: str | None, wanted: str | None, why: Told | None) -> str:
    because = f"by {_name(why)} {why.id}" if why else "for no event says otherwise"
    return f"is {found or 'nowhere'} in {where} and must be {wanted or 'nowhere'}, {because}"
