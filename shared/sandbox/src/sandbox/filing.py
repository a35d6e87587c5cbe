"""How a synthetic family is written down: its application, its papers, what the registers know of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.intake import Kinship, PaperKind
from contracts.words import Category, Language
from sandbox.families import BIRTH_CERTIFICATE, FOREIGN_PASSPORT, IDENTITY_CARD, Family, Member
from sandbox.names import Name
from sandbox.truth import Address, Content, JobSeeker, KandasStatus, Person, Vacancies

_KINDS = {
    IDENTITY_CARD: PaperKind.IDENTITY_CARD,
    FOREIGN_PASSPORT: PaperKind.FOREIGN_PASSPORT,
    BIRTH_CERTIFICATE: PaperKind.BIRTH_CERTIFICATE,
}
_REGISTERED_SINCE = date(2019, 5, 20)
_OPEN_VACANCIES = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper to be drawn and uploaded; `member` is the holder's place in the application."""

    member: int
    kind: PaperKind
    number: str
    holder: str
    birth_date: date


def application(family: Family) -> dict[str, Any]:
    """The body of intake's `POST /v1/applications`; kandas who read Arabic script write their names in it."""
    wish = family.wish
    return {
        "category": wish.category.value,
        "language": wish.language.value,
        "region_from": wish.region_from,
        "region_to": wish.region_to,
        "contact": {"email": family.email, "phone": family.phone},
        "members": [_member(member, _written(family, member)) for member in family.members],
        "consent": {"given": True},
    }


def papers(family: Family) -> list[Paper]:
    """Every paper that intake asks of this family."""
    return [
        Paper(
            member=place, kind=kind, number=number, holder=_line(_written(family, m)), birth_date=m.birth_date
        )
        for place, m in enumerate(family.members)
        for kind, number in _numbers(family, m)
    ]


def truth(family: Family) -> Content:
    """What the registers know when all that the family says is so."""
    wish = family.wish
    occupation = wish.occupation
    vacancies = (
        [Vacancies(region=wish.region_to, occupation=occupation, count=_OPEN_VACANCIES)] if occupation else []
    )
    return Content(people=tuple(_record(family, m) for m in family.members), vacancies=tuple(vacancies))


def _member(member: Member, name: Name) -> dict[str, Any]:
    written = {"family": name.family, "given": name.given, "patronymic": name.patronymic}
    said: dict[str, Any] = {
        "kinship": member.kinship.value,
        "name": {part: text for part, text in written.items() if text},
        "birth_date": member.birth_date.isoformat(),
        "iin": member.iin,
        "able_to_work": member.able_to_work,
    }
    if member.diploma:
        said["diploma_number"] = member.diploma.number
    if member.occupation:
        said["skill"] = member.occupation
    return said


def _numbers(family: Family, member: Member) -> list[tuple[PaperKind, str]]:
    numbers = [(_KINDS[document.kind], document.number) for document in member.documents]
    if _is_kandas_applicant(family, member):
        numbers.append((PaperKind.KANDAS_CERTIFICATE, family.kandas_number))
    if member.diploma:
        numbers.append((PaperKind.EDUCATION, member.diploma.number))
    return numbers


def _record(family: Family, member: Member) -> Person:
    name, latin = member.name, member.name.latin()
    kandas = family.wish.category is Category.KANDAS
    address = Address(kato=family.wish.region_from, text="Үлгі көшесі, 1", begin_date=_REGISTERED_SINCE)
    return Person(
        iin=member.iin,
        surname=name.family,
        name=name.given,
        patronymic=name.patronymic,
        latin_surname=latin.family,
        latin_name=latin.given,
        birth_date=member.birth_date,
        sex=member.sex,
        citizenship="CHN" if kandas else "KAZ",
        address=None if kandas else address,
        kandas=_kandas(family) if kandas else None,
        documents=member.documents,
        diplomas=(member.diploma,) if member.diploma else (),
        job_seeker=None if kandas else _job_seeker(member),
    )


def _kandas(family: Family) -> KandasStatus:
    return KandasStatus(number=family.kandas_number, granted_on=date(2026, 1, 20))


def _job_seeker(member: Member) -> JobSeeker | None:
    if member.kinship is not Kinship.APPLICANT:
        return None
    occupations = (member.occupation,) if member.occupation else ()
    return JobSeeker(status="JOB_SEEKER", registered_on=date(2026, 1, 12), occupations=occupations)


def _is_kandas_applicant(family: Family, member: Member) -> bool:
    return family.wish.category is Category.KANDAS and member.kinship is Kinship.APPLICANT


def _written(family: Family, member: Member) -> Name:
    return member.name.arabic() if family.wish.language is Language.KAZAKH_ARABIC else member.name


def _line(name: Name) -> str:
    return " ".join(part for part in (name.family, name.given, name.patronymic) if part)
