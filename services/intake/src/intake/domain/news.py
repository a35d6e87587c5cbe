"""What other services told, folded into the citizen's case: a table of event class → function.

Events of one topic come in their order, those of different topics in any; so a late check does not take back
a decision, and a decision heard after the family moved is written down without turning the state back.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from contracts.integration import (
    PlanCompleted,
    PlanOpened,
    ReferralAccepted,
    ReferralDeclined,
    ReferralDone,
    ReferralOverdue,
    ReferralSent,
)
from contracts.notification import Channel, ContactRequested, MessageDelivered, MessageFailed, MessageSent
from contracts.verification import (
    CertificateIssued,
    CertificateRefused,
    CertificateRevoked,
    CheckConfirmed,
    CheckContradicted,
    CheckSilent,
    EligibilityDecided,
    PaymentAuthorised,
    PaymentRefused,
    QuotaReleased,
    QuotaReserved,
    QuotaWaitlisted,
    Verdict,
    VerificationCompleted,
)
from intake.domain.case import MOVED, Case, Certificate, Payment, Referred, Silence, State

_FINAL = MOVED | {State.WITHDRAWN}


def _decided(case: Case, state: State, at: datetime) -> Case:
    return case if case.state in _FINAL else case.moved_to(state, at)


def _checking(case: Case, at: datetime) -> Case:
    return case.moved_to(State.CHECKING, at) if case.state is State.SUBMITTED else case


def _answered(case: Case, event: CheckConfirmed | CheckContradicted, at: datetime) -> Case:
    key = f"{event.register}/{event.member_id}"
    left = {k: silence for k, silence in case.facts.silences.items() if k != key}
    code = "check_confirmed" if isinstance(event, CheckConfirmed) else "check_contradicted"
    case = _checking(case, at).knowing(silences=left)
    return case.telling(code, at, register=event.register.value, member=str(event.member_id))


def _silent(case: Case, event: CheckSilent, at: datetime) -> Case:
    silence = Silence(register=event.register.value, since=event.since, asked_again_at=event.asked_again_at)
    silences = {**case.facts.silences, f"{event.register}/{event.member_id}": silence}
    case = _checking(case, at).knowing(silences=silences)
    args = {"register": event.register.value, "member": str(event.member_id), "times": event.times}
    return case.telling("check_silent", at, **args)


def _verified(case: Case, event: VerificationCompleted, at: datetime) -> Case:
    clear = event.verdict is Verdict.CLEAR
    case = _decided(case, State.CHECKING if clear else State.BLOCKED, at)
    case = case.knowing(verified=clear, silences={}, reasons=event.reasons, turned_at=at)
    return case.telling("verification_clear" if clear else "verification_blocked", at)


def _eligibility(case: Case, event: EligibilityDecided, at: datetime) -> Case:
    if event.eligible:
        return case.telling("eligible", at)
    return _decided(case, State.REFUSED, at).knowing(reasons=event.reasons).telling("not_eligible", at)


def _reserved(case: Case, event: QuotaReserved, at: datetime) -> Case:
    case = _decided(case, State.PLACE_RESERVED, at).knowing(waitlist_position=None)
    return case.telling("quota_reserved", at, people=event.people, year=event.year)


def _waitlisted(case: Case, event: QuotaWaitlisted, at: datetime) -> Case:
    case = _decided(case, State.WAITLISTED, at).knowing(waitlist_position=event.position)
    return case.telling("quota_waitlisted", at, position=event.position)


def _released(case: Case, event: QuotaReleased, at: datetime) -> Case:
    return case.knowing(waitlist_position=None).telling("quota_released", at, people=event.people)


def _issued(case: Case, event: CertificateIssued, at: datetime) -> Case:
    issued = Certificate(number=event.number, cap_tenge=event.cap_tenge, issued_on=event.issued_on)
    case = _decided(case, State.CERTIFICATE_ISSUED, at).knowing(certificate=issued, reasons=())
    return case.telling("certificate_issued", at, number=event.number, cap=event.cap_tenge)


def _certificate_refused(case: Case, event: CertificateRefused, at: datetime) -> Case:
    case = _decided(case, State.REFUSED, at).knowing(reasons=event.reasons)
    return case.telling("certificate_refused", at)


def _revoked(case: Case, event: CertificateRevoked, at: datetime) -> Case:
    case = _decided(case, State.REFUSED, at).knowing(certificate=None, reasons=event.reasons)
    return case.telling("certificate_revoked", at, number=event.number)


def _paid(case: Case, event: PaymentAuthorised, at: datetime) -> Case:
    payment = Payment(
        price_tenge=event.price_tenge, amount_tenge=event.amount_tenge, mortgage_tenge=event.mortgage_tenge
    )
    case = _decided(case, State.PAYMENT_AUTHORISED, at).knowing(payment=payment, reasons=())
    return case.telling("payment_authorised", at, amount=event.amount_tenge, mortgage=event.mortgage_tenge)


def _payment_refused(case: Case, event: PaymentRefused, at: datetime) -> Case:
    """The certificate stays; the family may name another home, unless one was paid for already."""
    home = case.facts.home if case.facts.payment is not None else None
    return case.knowing(home=home, reasons=event.reasons, turned_at=at).telling("payment_refused", at)


def _message(
    code: str, case: Case, event: MessageSent | MessageDelivered | MessageFailed, at: datetime
) -> Case:
    return case.telling(code, at, channel=event.channel.value, about=event.about)


def _sent(case: Case, event: MessageSent, at: datetime) -> Case:
    """A letter has no receipt: that it was taken over is all that is ever known."""
    case = _heard_through(case, event.channel) if event.channel is Channel.EMAIL else case
    return _message("message_sent", case, event, at)


def _delivered(case: Case, event: MessageDelivered, at: datetime) -> Case:
    return _message("message_delivered", _heard_through(case, event.channel), event, at)


def _failed(case: Case, event: MessageFailed, at: datetime) -> Case:
    failing = {event.channel.value: at, **case.facts.failing}
    return _message("message_failed", case.knowing(failing=failing), event, at)


def _heard_through(case: Case, channel: Channel) -> Case:
    return case.knowing(failing={one: at for one, at in case.facts.failing.items() if one != channel})


def _contact(case: Case, event: ContactRequested, at: datetime) -> Case:
    case, day = case.knowing(contact_by=event.due_on), event.due_on.isoformat()
    if event.service_no is None:
        return case.telling("contact_requested", at, day=day)
    case = case.knowing(stepping_in={**case.facts.stepping_in, event.service_no: event.due_on})
    return case.telling("contact_about_service", at, day=day, service=event.service_no)


def _plan_opened(case: Case, event: PlanOpened, at: datetime) -> Case:
    case = case.moved_to(State.SETTLING, at) if case.state is State.ARRIVED else case
    case = case.knowing(referrals_total=event.referrals, services_not_needed=len(event.not_applicable))
    return case.telling("plan_opened", at, total=event.referrals)


def _plan_completed(case: Case, event: PlanCompleted, at: datetime) -> Case:
    case = case.moved_to(State.SETTLED, at) if case.state in MOVED else case
    return case.telling("plan_completed", at, done=event.done, declined=event.declined)


def _referral(state: str, case: Case, event: Any, at: datetime) -> Case:
    referrals = {**case.facts.referrals, event.service_no: state}
    return case.knowing(referrals=referrals).telling(f"referral_{state}", at, service=event.service_no)


def _referral_sent(case: Case, event: ReferralSent, at: datetime) -> Case:
    sent = Referred(provider=event.provider, since=at, due_on=event.due_on)
    case = case.knowing(referred={**case.facts.referred, event.service_no: sent})
    return _referral("sent", case, event, at)


Fold = Callable[[Case, Any, datetime], Case]

NEWS: Mapping[type, Fold] = {
    CheckConfirmed: _answered,
    CheckContradicted: _answered,
    CheckSilent: _silent,
    VerificationCompleted: _verified,
    EligibilityDecided: _eligibility,
    QuotaReserved: _reserved,
    QuotaWaitlisted: _waitlisted,
    QuotaReleased: _released,
    CertificateIssued: _issued,
    CertificateRefused: _certificate_refused,
    CertificateRevoked: _revoked,
    PaymentAuthorised: _paid,
    PaymentRefused: _payment_refused,
    MessageSent: _sent,
    MessageDelivered: _delivered,
    MessageFailed: _failed,
    ContactRequested: _contact,
    PlanOpened: _plan_opened,
    PlanCompleted: _plan_completed,
    ReferralSent: _referral_sent,
    ReferralAccepted: partial(_referral, "accepted"),
    ReferralDeclined: partial(_referral, "declined"),
    ReferralDone: partial(_referral, "done"),
    ReferralOverdue: partial(_referral, "overdue"),
}
