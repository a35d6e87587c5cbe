"""Synthetic families and cases for the tests of intake; IINs have 1 or 2 in the seventh digit: nobody's."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from contracts.intake import Contact, Kinship, Member, PersonName
from contracts.words import Category, Language
from intake.domain.acts import CreateDraft, Moment
from intake.domain.case import Case, FiledPaper, Fresh, State
from intake.domain.papers import required
from intake.domain.submission import make_draft

CASE = UUID("018f0000-0000-7000-8000-000000000001")
NOW = datetime(2026, 3, 2, 4, 15, tzinfo=UTC)
MOMENT = Moment(now=NOW, today=date(2026, 3, 2))
IIN, OTHER_IIN = "900101100014", "900101100500"  # first pass, second pass


def member(place: int, kinship: Kinship, born: date, **more: Any) -> Member:
    name = PersonName(family="Сейтқазыұлы", given=f"Есім{'аәбвгғ'[place]}")
    return Member(member_id=uuid5(CASE, str(place)), kinship=kinship, name=name, birth_date=born, **more)


FAMILY = (
    member(0, Kinship.APPLICANT, date(1990, 1, 1), iin=IIN, able_to_work=True, diploma_number="ЖБ 1234567"),
    member(1, Kinship.SPOUSE, date(1992, 5, 6), able_to_work=True),
    member(2, Kinship.CHILD, date(2015, 9, 1)),
)


def draft_act(category: Category = Category.RESETTLER, **changes: Any) -> CreateDraft:
    act = CreateDraft(
        citizen="citizen-1",
        category=category,
        language=Language.KAZAKH,
        region_from="610000000",
        region_to="590000000",
        contact=Contact(email="citizen@example.com", phone="+77010000001"),
        members=FAMILY,
    )
    return replace(act, **changes)


def draft(category: Category = Category.RESETTLER) -> Case:
    case: Case = make_draft(None, CASE, draft_act(category), MOMENT).states[CASE]
    return replace(case, fresh=Fresh())


def with_papers(case: Case) -> Case:
    needs = required(case.category, case.members, on=MOMENT.today)
    papers = [
        FiledPaper(
            paper_id=uuid5(CASE, f"{need.member_id}{need.kind}"),
            member_id=need.member_id,
            kind=need.kind,
            sha256="0" * 64,
            media_type="application/pdf",
            size_bytes=1,
        )
        for need in needs
    ]
    return replace(case, papers=tuple(papers))


def case_in(state: State, **facts: Any) -> Case:
    """A submitted case that stands in a state."""
    return replace(with_papers(draft()), state=state, submitted_at=NOW).knowing(**facts)
