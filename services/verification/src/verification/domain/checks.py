"""Checks: which registers are asked, what their answers mean, and how silence is waited out.

A register has three kinds of answer: confirmed, contradicted, silent. Silence is never a contradiction.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.intake import Member
from contracts.verification import CheckConfirmed, CheckContradicted, CheckSilent
from contracts.words import Category, Register
from messaging import Ask, Remind, Tell
from verification.domain.answers import (
    Answer,
    AskDiploma,
    AskPerson,
    AskWork,
    Cause,
    DiplomaAnswer,
    DiplomaFinding,
    PersonAnswer,
    Question,
    Work,
    WorkAnswer,
)
from verification.domain.case import Check, CheckKey, CheckState, Submission
from verification.domain.days import age_on
from verification.domain.findings import person_contradicts
from verification.domain.reasons import reason
from verification.domain.rules import RuleSet

#: From this age a person has an IIN and papers of his own; one without them cannot be checked.
ADULT_AGE = 18
ATTEMPTS = 2  # of one ask by the kernel, for trouble with the connection only
JOB_SEEKERS = frozenset({"JOB_SEEKER", "UNEMPLOYED"})

_DIPLOMA_REASONS = {
    DiplomaFinding.ANNULLED: "diploma_annulled",
    DiplomaFinding.OTHER_HOLDER: "diploma_of_another",
    DiplomaFinding.NOT_ISSUED: "diploma_not_issued",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceOver:
    """Reminder: the register that was silent for the `times`-th time is asked again."""

    register: Register
    member_id: UUID
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a silent register is left alone: the first pause doubles up to the longest."""

    first_seconds: float
    longest_seconds: float

    def pause(self, times: int) -> timedelta:
        """The pause after the `times`-th silence, counted from 1."""
        doubled = self.first_seconds * 2 ** min(times - 1, 32)
        return timedelta(seconds=min(doubled, self.longest_seconds))


def opened(submission: Submission) -> dict[CheckKey, Check]:
    """The checks that this family needs. An adult without an IIN is contradicted at once."""
    checks = {key: Check() for key in _needed(submission)}
    for member in submission.family.members:
        if member.iin is None and _is_adult(submission, member):
            key = CheckKey(Register.PERSONS, member.member_id)
            checks[key] = Check(state=CheckState.CONTRADICTED, reason=reason("iin_missing"))
    return checks


def ask(application_id: UUID, submission: Submission, key: CheckKey) -> Ask:
    return Ask(key.register.value, _question(application_id, submission, key), attempts=ATTEMPTS)


def consent_token(application_id: UUID) -> str:
    """Stands in for the token of the citizen's consent (КДП): the id of the application given with it.

    A real register will not know it: the token asked for, given, refused or expired is still to come
    (decision 21).
    """
    return str(application_id)


def heard(submission: Submission, check: Check, answer: Answer, rules: RuleSet) -> Check:
    """The check after a register spoke. Its answer must not be a silence (see `is_silence`)."""
    match answer:
        case PersonAnswer(person=person) if person is not None:
            member = submission.member(answer.member_id)
            code = person_contradicts(submission, member, person, rules) if member else None
            return _settled(check, code)
        case DiplomaAnswer(finding=finding) if finding is not None:
            return _settled(check, _DIPLOMA_REASONS.get(finding))
        case WorkAnswer(work=work):
            return _with_work(submission, check, answer.member_id, work)
    raise ValueError(f"{type(answer).__name__} holds neither a record nor a silence")


def is_silence(submission: Submission, answer: Answer) -> bool:
    """Nobody must be known to the labour market but the applicant: for others no record is an answer."""
    if isinstance(answer, WorkAnswer) and answer.silent is Cause.NO_RECORD:
        return answer.member_id == submission.applicant.member_id
    return answer.silent is not None


def silenced(check: Check, cause: str, now: datetime) -> Check:
    return replace(
        check, state=CheckState.SILENT, cause=cause, times=check.times + 1, since=check.since or now
    )


def after_silence(key: CheckKey, check: Check, now: datetime, patience: Patience) -> list[Tell | Remind]:
    """The citizen sees the silence; the register is asked again after a pause."""
    again = now + patience.pause(check.times)
    said = CheckSilent(
        register=key.register,
        member_id=key.member_id,
        cause=check.cause or Cause.UNEXPECTED,
        times=check.times,
        since=check.since or now,
        asked_again_at=again,
    )
    return [Tell(said), Remind(again, SilenceOver(**key._asdict(), times=check.times))]


def told(key: CheckKey, check: Check) -> Tell:
    """The event of an answered check."""
    if check.reason is not None:
        return Tell(CheckContradicted(**key._asdict(), reason=check.reason))
    return Tell(CheckConfirmed(**key._asdict()))


def _needed(submission: Submission) -> Iterator[CheckKey]:
    for member in submission.family.members:
        if member.iin is None:
            continue
        yield CheckKey(Register.PERSONS, member.member_id)
        if member.diploma_number:
            yield CheckKey(Register.EDUCATION, member.member_id)
        if _asks_labour(submission, member):
            yield CheckKey(Register.LABOUR, member.member_id)


def _asks_labour(submission: Submission, member: Member) -> bool:
    """Kandas need neither a diploma nor a skill nor a status at the labour market."""
    if submission.category is Category.KANDAS:
        return False
    return member == submission.applicant or (member.able_to_work and member.skill is not None)


def _question(application_id: UUID, submission: Submission, key: CheckKey) -> Question:
    member = submission.member(key.member_id)
    if member is None or member.iin is None:
        raise ValueError(f"a member with an IIN is expected for {key}")
    match key.register:
        case Register.PERSONS:
            token = consent_token(application_id)
            return AskPerson(member_id=member.member_id, iin=member.iin, consent=token)
        case Register.EDUCATION:
            return AskDiploma(member_id=member.member_id, iin=member.iin, number=member.diploma_number or "")
        case Register.LABOUR:
            return AskWork(
                member_id=member.member_id,
                iin=member.iin,
                region=submission.region_to,
                occupation=member.skill,
            )


def _settled(check: Check, code: str | None) -> Check:
    if code is None:
        return replace(check, state=CheckState.CONFIRMED, cause=None)
    return replace(check, state=CheckState.CONTRADICTED, cause=None, reason=reason(code))


def _with_work(submission: Submission, check: Check, member_id: UUID, work: Work | None) -> Check:
    """A skill counts where the register has it as proven and somebody in the region of arrival needs it."""
    member = submission.member(member_id)
    check = _settled(check, None)
    if work is None or member is None:
        return check
    wanted = member.skill in work.occupations and work.vacancies > 0
    return replace(check, job_seeker=work.status in JOB_SEEKERS, skill_wanted=wanted)


def _is_adult(submission: Submission, member: Member) -> bool:
    return age_on(submission.submitted_on, born=member.birth_date) >= ADULT_AGE
