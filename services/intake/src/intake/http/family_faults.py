"""Faults that only the whole of an application shows: who applies, who is named twice, where it goes.

They are looked for in the body as it was sent, not in the checked model, so that they are told together with
the faults of single values.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from chassis.problems import FieldProblem
from chassis.regions import REGIONS
from intake.domain.papers import age

APPLICANT_AGE = 18  # full legal capacity (Civil Code of the RK, article 17)

Sent = Mapping[str, Any]


def family_faults(sent: object, *, departures: frozenset[str], today: date) -> list[FieldProblem]:
    """All of them; whatever has not even the right shape is left to the check of shapes."""
    if not isinstance(sent, Mapping):
        return []
    listed = sent.get("members")
    members = [
        (place, member)
        for place, member in enumerate(listed if isinstance(listed, list) else ())
        if isinstance(member, Mapping)
    ]
    return [*_of_applicants(members, today), *_of_twins(members), *_of_regions(sent, departures)]


def _of_applicants(members: list[tuple[int, Sent]], today: date) -> Iterator[FieldProblem]:
    applicants = [(place, one) for place, one in members if one.get("kinship") == "applicant"]
    if members and not applicants:
        yield FieldProblem(pointer="/members", code="applicant_missing")
    for place, _ in applicants[1:]:
        yield FieldProblem(pointer=f"/members/{place}/kinship", code="applicants_many")
    for place, applicant in applicants[:1]:
        if applicant.get("iin") is None:
            yield FieldProblem(pointer=f"/members/{place}/iin", code="iin_missing")
        born = _day(applicant.get("birth_date"))
        if born is not None and born <= today and age(born, today) < APPLICANT_AGE:
            yield FieldProblem(pointer=f"/members/{place}/birth_date", code="applicant_minor")


def _of_twins(members: Iterable[tuple[int, Sent]]) -> Iterator[FieldProblem]:
    """A person twice: the same IIN, or without one the same name and day of birth."""
    seen = set[object]()
    for place, member in members:
        iin = member.get("iin")
        who = iin if isinstance(iin, str) else repr((member.get("name"), member.get("birth_date")))
        if who in seen:
            pointer = f"/members/{place}/iin" if isinstance(iin, str) else f"/members/{place}"
            yield FieldProblem(pointer=pointer, code="person_twice")
        seen.add(who)


def _of_regions(sent: Sent, departures: frozenset[str]) -> Iterator[FieldProblem]:
    """A kandas comes from abroad: the rules of departure are about resettlers."""
    leaves, goes = sent.get("region_from"), sent.get("region_to")
    if sent.get("category") != "resettler" or not isinstance(leaves, str) or leaves not in REGIONS:
        return
    if leaves == goes:
        yield FieldProblem(pointer="/region_to", code="same_region", arguments={"kato": leaves})
    if leaves not in departures:
        yield FieldProblem(pointer="/region_from", code="departure_not_allowed", arguments={"kato": leaves})


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
