"""Eligibility: who may take part, by the rules in force on the day of submission."""

from contracts.intake import Member
from contracts.words import Category, Reason, Register, Words
from verification.domain.case import Case, CheckKey, CheckState, Submission
from verification.domain.days import age_on
from verification.domain.reasons import reason
from verification.domain.rules import RuleSet


def obstacles(case: Case, submission: Submission, rules: RuleSet) -> tuple[Reason, ...]:
    """Everything that stands in the family's way, with what would win; empty when it is eligible.

    One member able to work with a confirmed diploma or a wanted skill; kandas need neither (Order 234).
    """
    able = [m for m in submission.family.members if _is_able(submission, m, rules)]
    codes = []
    if not able:
        codes.append("nobody_able_to_work")
    elif submission.category in rules.proof_of_skill and not any(_is_skilled(case, m) for m in able):
        codes.append("no_diploma_or_skill")
    if submission.category is Category.RESETTLER and not _is_job_seeker(case, submission.applicant):
        codes.append("not_a_job_seeker")
    return tuple(map(reason, codes))


def no_quota(open_regions: Words) -> Reason:
    """The region takes nobody of this category, or no family of this size; others do."""
    return reason("region_without_quota", mending=open_regions)


def _is_able(submission: Submission, member: Member, rules: RuleSet) -> bool:
    age = age_on(submission.submitted_on, born=member.birth_date)
    return member.able_to_work and rules.able_from_age <= age <= rules.able_until_age


def _is_skilled(case: Case, member: Member) -> bool:
    diploma = case.checks.get(CheckKey(Register.EDUCATION, member.member_id))
    work = case.checks.get(CheckKey(Register.LABOUR, member.member_id))
    return bool((diploma and diploma.state is CheckState.CONFIRMED) or (work and work.skill_wanted))


def _is_job_seeker(case: Case, applicant: Member) -> bool:
    check = case.checks.get(CheckKey(Register.LABOUR, applicant.member_id))
    return check is not None and check.job_seeker
