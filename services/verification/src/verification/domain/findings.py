"""What a register's record means for what the family said: the reason of a contradiction, or None."""

import re
from collections.abc import Iterable
from uuid import UUID

from contracts.intake import Member, PaperKind, PersonName
from contracts.words import Category
from verification.domain.answers import Document, Kandas, Person
from verification.domain.case import Submission
from verification.domain.days import years_before
from verification.domain.names import same_family_name, same_name
from verification.domain.rules import RuleSet

CITIZEN = "KAZ"
#: Papers that the persons' register knows by number, and their codes in the official list of 2023.
_KINDS = {PaperKind.IDENTITY_CARD: "01", PaperKind.PASSPORT: "02"}


def person_contradicts(submission: Submission, member: Member, person: Person, rules: RuleSet) -> str | None:
    """The code of the first thing that differs from what was said of this member."""
    return (
        _about_identity(member, person)
        or _about_papers(submission, member, person)
        or (_about_applicant(submission, person, rules) if member == submission.applicant else None)
    )


def _about_identity(member: Member, person: Person) -> str | None:
    if person.iin_excluded:
        return "iin_excluded"
    if not person.alive:
        return "person_not_alive"
    if not _is_named(member.name, person):
        return "name_differs"
    if member.birth_date != person.birth_date:
        return "birth_date_differs"
    return None


def _is_named(said: PersonName, person: Person) -> bool:
    """A patronymic counts only where both have one: passports and many papers from abroad leave it out."""
    family = same_family_name(said.family, person.family_name, person.latin_family_name)
    given = same_name(said.given, person.given_name, person.latin_given_name)
    patronymic = not (said.patronymic and person.patronymic) or same_family_name(
        said.patronymic, person.patronymic
    )
    return family and given and patronymic


def _about_papers(submission: Submission, member: Member, person: Person) -> str | None:
    for kind, number in _identity_papers(submission, member.member_id):
        same_kind = [d for d in person.documents if d.kind == _KINDS[kind]]
        meant = [d for d in same_kind if number is None or _plain(d.number) == _plain(number)]
        if number is not None and not meant:
            return "document_unknown"
        if meant and not any(_is_fit(document, submission) for document in meant):
            return "document_unfit"
    return None


def _identity_papers(submission: Submission, holder: UUID) -> Iterable[tuple[PaperKind, str | None]]:
    papers = submission.family.papers
    return [(p.kind, p.number) for p in papers if p.holder == holder and p.kind in _KINDS]


def _is_fit(document: Document, submission: Submission) -> bool:
    unexpired = document.expires_on is None or document.expires_on >= submission.submitted_on
    return document.status == "VALID" and unexpired


def _about_applicant(submission: Submission, person: Person, rules: RuleSet) -> str | None:
    if submission.category is Category.KANDAS:
        return _about_kandas(person.kandas)
    return _about_resettler(submission, person, rules)


def _about_kandas(kandas: Kandas | None) -> str | None:
    """Status granted, and not earlier included in a regional quota (Order 20 of 15.01.2016)."""
    if kandas is None or kandas.status != "GRANTED":
        return "kandas_status_missing"
    return "quota_used_before" if kandas.quota_included_on else None


def _about_resettler(submission: Submission, person: Person, rules: RuleSet) -> str | None:
    """A citizen, permanently registered long enough in the region of departure (Order 234)."""
    if person.citizenship != CITIZEN:
        return "not_a_citizen"
    address = person.address
    if address is None or address.kato[:2] != submission.region_from[:2]:
        return "registered_elsewhere"
    latest = years_before(submission.submitted_on, rules.registered_years)
    return "registered_too_short" if address.since > latest else None


def _plain(number: str) -> str:
    return re.sub(r"[\s№\-]", "", number).upper()
