"""A family's way through the quota: it claims a place, is given a certificate, or gives the place back."""

from dataclasses import replace

from contracts.verification import (
    CertificateRefused,
    CertificateRevoked,
    QuotaReleased,
    QuotaReserved,
    QuotaWaitlisted,
)
from verification.domain.case import Submission
from verification.domain.certificates import CertificateState, cut, issued
from verification.domain.draft import CertificateOf, Draft
from verification.domain.quota import Ledger, LedgerKey, Place, PlaceState, region_kato
from verification.domain.reasons import reason


def ledger_key(submission: Submission) -> LedgerKey:
    """The quota that a family is counted into: that of the year in which it applied."""
    return LedgerKey(submission.submitted_on.year, region_kato(submission.region_to), submission.category)


def claim(draft: Draft, ledger: Ledger, submission: Submission) -> None:
    """An eligible family asks for its place."""
    place = Place(
        application_id=draft.application_id,
        people=submission.people,
        state=PlaceState.WAITING,
        decided_at=draft.now,
        submitted_on=submission.submitted_on,
        ready=draft.case.questionnaire,
    )
    ledger = ledger.claimed(place, draft.now)
    draft.keep(ledger.key, ledger)
    place = ledger.places[place.application_id]
    if place.state is PlaceState.WAITING:
        position = ledger.families_waiting  # it has just joined the list's end
        draft.tell(QuotaWaitlisted(**ledger.key._asdict(), people=place.people, position=position))
    else:
        _reserved(draft, ledger, place)


def make_ready(draft: Draft, submission: Submission) -> None:
    """The questionnaire came after the place was claimed."""
    ledger = _own_ledger(draft, submission).readied(draft.application_id)
    draft.keep(ledger.key, ledger)
    place = ledger.places[draft.application_id]
    if place.state is PlaceState.RESERVED:
        _issue(draft, ledger, place)


def refuse_certificate(draft: Draft) -> None:
    draft.tell(CertificateRefused(reasons=(reason("no_right_to_certificate"),)))


def give_back(draft: Draft, submission: Submission) -> None:
    """The family leaves: its certificate is void, its place is free, and those who wait move up in order."""
    _revoke(draft)
    ledger, promoted = _own_ledger(draft, submission).released(draft.application_id, draft.now)
    draft.keep(ledger.key, ledger)
    draft.tell(QuotaReleased(**ledger.key._asdict(), people=ledger.places[draft.application_id].people))
    for place in promoted:
        ledger = _reserved(draft, ledger, place)


def _reserved(draft: Draft, ledger: Ledger, place: Place) -> Ledger:
    draft.tell(QuotaReserved(**ledger.key._asdict(), people=place.people), subject=place.application_id)
    return _issue(draft, ledger, place) if place.ready else ledger


def _issue(draft: Draft, ledger: Ledger, place: Place) -> Ledger:
    """In one transaction: the reservation becomes an issued place and the certificate comes into being."""
    ledger, number = ledger.numbered(place.application_id, draft.now)
    certificate = cut(
        ledger.key,
        place,
        number=number,
        cap_tenge=draft.rules_on(place.submitted_on).cap_tenge,
        issued_on=draft.today,
        signer=draft.policy.signer,
    )
    draft.keep(ledger.key, ledger)
    draft.keep(CertificateOf(place.application_id), certificate)
    draft.tell(issued(certificate), subject=place.application_id)
    return ledger


def _revoke(draft: Draft) -> None:
    certificate = draft.certificate
    if certificate is None or certificate.state is not CertificateState.ISSUED:
        return
    draft.keep(CertificateOf(draft.application_id), replace(certificate, state=CertificateState.REVOKED))
    because = (reason("application_withdrawn"),)
    draft.tell(CertificateRevoked(number=certificate.number, reasons=because))


def _own_ledger(draft: Draft, submission: Submission) -> Ledger:
    ledger = draft.ledger(ledger_key(submission))
    if ledger is None or draft.application_id not in ledger.places:
        raise LookupError(f"the place of {draft.application_id} is not in {ledger_key(submission)}")
    return ledger
