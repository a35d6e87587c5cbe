"""Verification as shipped, but its registers answer at once: what is measured is ours, not the outside's.

Whatever they are asked about follows from the question, so that any number of families can apply.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from bench.people import FAMILY, FORGED, GIVEN, REGION_FROM, born_of
from chassis.commands import carry_out
from chassis.service import Parts, serve
from messaging import Service
from verification.app import BLUEPRINT
from verification.domain.answers import (
    Address,
    AskDiploma,
    AskPerson,
    AskWork,
    DiplomaAnswer,
    DiplomaFinding,
    Person,
    PersonAnswer,
    Work,
    WorkAnswer,
)
from verification.settings import VerificationSettings

Perform = Callable[[Any], Awaitable[object]]

SINCE = Address(kato=REGION_FROM, since=date(2015, 1, 1))
WORK = Work(status="JOB_SEEKER", occupations=(), vacancies=0)


async def person(question: AskPerson) -> PersonAnswer:
    known = Person(
        family_name=FAMILY,
        given_name=GIVEN,
        patronymic=None,
        latin_family_name=None,
        latin_given_name=None,
        birth_date=born_of(question.iin),
        citizenship="KAZ",
        alive=True,
        iin_excluded=False,
        address=SINCE,
        kandas=None,
    )
    return PersonAnswer(member_id=question.member_id, person=known)


async def diploma(question: AskDiploma) -> DiplomaAnswer:
    forged = question.number == FORGED
    finding = DiplomaFinding.NOT_ISSUED if forged else DiplomaFinding.VALID
    return DiplomaAnswer(member_id=question.member_id, finding=finding)


async def work(question: AskWork) -> WorkAnswer:
    return WorkAnswer(member_id=question.member_id, work=WORK)


def _instant(parts: Parts[VerificationSettings]) -> Service:
    service = BLUEPRINT.service(parts)
    at_once: dict[str, Perform] = {"persons": person, "education": diploma, "labour": work}
    return replace(
        service, targets=[replace(target, perform=at_once[target.name]) for target in service.targets]
    )


if __name__ == "__main__":
    carry_out("verification", VerificationSettings, partial(serve, replace(BLUEPRINT, service=_instant)))
