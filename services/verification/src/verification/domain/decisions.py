"""Which message leads to what: each is routed to the function of its subject. Everything here is pure.

Messages may come in any order: a questionnaire before the verdict, a withdrawal before anything else.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.intake import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    HousingChosen,
    QuestionnaireCompleted,
)
from contracts.verification import EligibilityDecided, PaymentRefused, Verdict, VerificationCompleted
from contracts.words import Register
from messaging import Decision, Message, Unanswered
from verification.domain import checks, eligibility, payments, places
from verification.domain.answers import Answer, Cause, DiplomaAnswer, PersonAnswer, WorkAnswer
from verification.domain.case import Case, CheckKey, CheckState, Stage, Submission, submission_of
from verification.domain.checks import SilenceOver
from verification.domain.draft import Draft, EvidenceOf, FamilyOf, HomeOf, PaymentOf, Policy
from verification.domain.reasons import reason

_REGISTERS: Mapping[type, Register] = {
    PersonAnswer: Register.PERSONS,
    DiplomaAnswer: Register.EDUCATION,
    WorkAnswer: Register.LABOUR,
}


def decide(states: Mapping[Any, Any], message: Message, *, now: datetime, policy: Policy) -> Decision:
    """What follows from one message."""
    draft = Draft(states, message.subject, now, policy)
    _ROUTES[type(message.body)](draft, message)
    return draft.decision()


def _submitted(draft: Draft, message: Message) -> None:
    """The first submission counts; a family that withdrew before it was heard is not checked."""
    assert isinstance(message.body, ApplicationSubmitted)
    case = draft.case
    if case.submission is not None:
        return
    submission = submission_of(message.body)
    opened = checks.opened(submission)
    stage = Stage.WITHDRAWN if case.stage is Stage.WITHDRAWN else Stage.CHECKING
    case = draft.keep_case(replace(case, submission=submission, stage=stage, checks=opened))
    draft.keep(FamilyOf(case.application_id), submission.family)
    if stage is Stage.WITHDRAWN:
        return
    for key, check in opened.items():
        asks = check.state is CheckState.ASKED
        draft.effects.append(
            checks.ask(case.application_id, submission, key) if asks else checks.told(key, check)
        )
    _conclude(draft, submission)


def _answered(draft: Draft, message: Message) -> None:
    """A register spoke, or kept silent. What was answered before, or is no longer asked, stays as it is."""
    answer = message.body
    assert isinstance(answer, Answer)
    for number, piece in enumerate(answer.evidence):
        draft.keep(EvidenceOf(draft.application_id, message.id, number), piece)
    key = CheckKey(_REGISTERS[type(answer)], answer.member_id)
    submission = _awaiting(draft.case, key)
    if submission is None:
        return
    if checks.is_silence(submission, answer):
        _silent(draft, key, answer.silent or Cause.UNEXPECTED)
        return
    rules = draft.rules_on(submission.submitted_on)
    check = checks.heard(submission, draft.case.checks[key], answer, rules)
    draft.keep_case(draft.case.with_check(key, check))
    draft.effects.append(checks.told(key, check))
    _conclude(draft, submission)


def _unanswered(draft: Draft, message: Message) -> None:
    """The kernel could not reach the register at all."""
    assert isinstance(message.body, Unanswered)
    key = CheckKey(Register(message.body.target), message.body.call.member_id)
    if _awaiting(draft.case, key) is not None:
        _silent(draft, key, Cause.UNREACHABLE)


def _silent(draft: Draft, key: CheckKey, cause: Cause) -> None:
    check = checks.silenced(draft.case.checks[key], cause, draft.now)
    draft.keep_case(draft.case.with_check(key, check))
    draft.effects += checks.after_silence(key, check, draft.now, draft.policy.patience)


def _silence_over(draft: Draft, message: Message) -> None:
    """Ask again, unless an answer came meanwhile or the case is over."""
    over = message.body
    assert isinstance(over, SilenceOver)
    key = CheckKey(over.register, over.member_id)
    submission = _awaiting(draft.case, key)
    if submission is not None and draft.case.checks[key].times == over.times:
        draft.effects.append(checks.ask(draft.application_id, submission, key))


def _awaiting(case: Case, key: CheckKey) -> Submission | None:
    """The submission, while this check is still open."""
    if case.stage is not Stage.CHECKING or key not in case.checks or not case.checks[key].is_open:
        return None
    return case.submission


def _conclude(draft: Draft, submission: Submission) -> None:
    """The verdict, once every register has answered; on a clear one, eligibility and the quota."""
    case = draft.case
    if not case.is_answered:
        return
    contradictions = tuple(check.reason for check in case.checks.values() if check.reason is not None)
    if contradictions:
        draft.keep_case(replace(case, stage=Stage.BLOCKED))
        draft.tell(VerificationCompleted(verdict=Verdict.BLOCKED, reasons=contradictions))
        _refuse_what_was_asked(draft)
        return
    draft.tell(VerificationCompleted(verdict=Verdict.CLEAR))
    _entitle(draft, submission)


def _entitle(draft: Draft, submission: Submission) -> None:
    rules = draft.rules_on(submission.submitted_on)
    reasons = eligibility.obstacles(draft.case, submission, rules)
    ledger = draft.ledger(places.ledger_key(submission))
    if not reasons and (ledger is None or submission.people > ledger.quota):
        open_regions = draft.open_regions(submission.submitted_on.year, submission.category)
        reasons = (eligibility.no_quota(open_regions),)
    stage = Stage.REFUSED if reasons else Stage.ELIGIBLE
    draft.keep_case(replace(draft.case, stage=stage))
    draft.tell(EligibilityDecided(eligible=not reasons, rule_set=rules.name, reasons=reasons))
    if reasons or ledger is None:
        _refuse_what_was_asked(draft)
    else:
        places.claim(draft, ledger, submission)


def _refuse_what_was_asked(draft: Draft) -> None:
    """A questionnaire asks for the certificate; without a right to it, its family is told so."""
    if draft.case.questionnaire:
        places.refuse_certificate(draft)


def _questionnaire(draft: Draft, message: Message) -> None:
    """With a reserved place this makes the certificate; before one it is kept until there is a place."""
    assert isinstance(message.body, QuestionnaireCompleted)
    case = draft.case
    if case.questionnaire or case.stage is Stage.WITHDRAWN:
        return
    draft.keep_case(replace(case, questionnaire=True))
    if case.stage in (Stage.BLOCKED, Stage.REFUSED):
        places.refuse_certificate(draft)
    elif case.stage is Stage.ELIGIBLE and case.submission is not None:
        places.make_ready(draft, case.submission)


def _housing(draft: Draft, message: Message) -> None:
    home = message.body
    assert isinstance(home, HousingChosen)
    code = payments.objection(draft.certificate, draft.payment, home)
    if code is not None or draft.certificate is None:
        draft.tell(PaymentRefused(reasons=(reason(code or "no_certificate"),)))
        return
    share = draft.rules_on(draft.certificate.submitted_on).share_percent
    made = payments.payment(draft.certificate, home, share_percent=share, now=draft.now)
    draft.keep(PaymentOf(draft.application_id), made)
    draft.keep(HomeOf(draft.application_id), payments.paid_home(made, home))
    draft.tell(payments.authorised(made))


def _withdrawn(draft: Draft, message: Message) -> None:
    """Whoever was paid for has moved in the eyes of the quota: such a place is not given back."""
    assert isinstance(message.body, ApplicationWithdrawn)
    case = draft.case
    if case.stage is Stage.WITHDRAWN or draft.payment is not None:
        return
    draft.keep_case(replace(case, stage=Stage.WITHDRAWN))
    if case.stage is Stage.ELIGIBLE and case.submission is not None:
        places.give_back(draft, case.submission)


_ROUTES: Mapping[type, Callable[[Draft, Message], None]] = {
    ApplicationSubmitted: _submitted,
    PersonAnswer: _answered,
    DiplomaAnswer: _answered,
    WorkAnswer: _answered,
    Unanswered: _unanswered,
    SilenceOver: _silence_over,
    QuestionnaireCompleted: _questionnaire,
    HousingChosen: _housing,
    ApplicationWithdrawn: _withdrawn,
}
