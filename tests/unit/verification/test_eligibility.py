"""Who may take part, by the rules in force on the day of submission."""

import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from contracts.intake import Kinship, Member
from contracts.verification import EligibilityDecided, QuotaReserved
from contracts.words import Category, Words
from unit.verification.families import (
    NORTH,
    SEVERO,
    SPOUSE_IIN,
    application,
    asks_of,
    bench,
    child,
    confirming,
    member,
)
from verification.domain.answers import Work, WorkAnswer
from verification.domain.draft import OpenRegions
from verification.domain.quota import LedgerKey
from verification.domain.reasons import ACTS, REASONS

UNSKILLED: dict[str, Any] = {"diploma_number": None, "skill": None}
SKILLED: dict[str, Any] = {"diploma_number": None, "skill": "7212"}
OLD: dict[str, Any] = {"birth_date": date(1962, 3, 2)}  # 64 on the day of submission


def decided(*members: Member, **changes: Any) -> tuple[bool, list[str]]:
    tried = bench()
    tried.states |= bench(ledgers={LedgerKey(2026, SEVERO, Category.KANDAS): 100}).states
    family = tried.apply(application(*members, **changes))
    (event,) = tried.told(family, EligibilityDecided)
    return event.eligible, [reason.code for reason in event.reasons]


@pytest.mark.parametrize(
    ("members", "codes"),
    [
        ([member()], []),
        ([member(**SKILLED)], []),
        ([member(**UNSKILLED)], ["no_diploma_or_skill"]),
        ([member(able_to_work=False)], ["nobody_able_to_work"]),
        ([member(**OLD)], ["nobody_able_to_work"]),
        ([member(birth_date=date(1962, 3, 3))], []),
        ([member(**UNSKILLED), member("Жұбай", kinship=Kinship.SPOUSE, iin=SPOUSE_IIN)], []),
        ([member(**OLD), member("Жұбай", kinship=Kinship.SPOUSE, iin=SPOUSE_IIN, **UNSKILLED)],
         ["no_diploma_or_skill"]),
    ],
    ids=["diploma", "skill", "neither", "unable", "64 years", "63 years", "spouse's diploma", "old man's"],
)  # fmt: skip
def test_a_resettler_family_needs_one_able_member_with_a_diploma_or_a_wanted_skill(
    members: list[Member], codes: list[str]
) -> None:
    assert decided(*members) == (not codes, codes)


@pytest.mark.parametrize(
    ("who", "codes"),
    [(UNSKILLED, []), (UNSKILLED | {"able_to_work": False}, ["nobody_able_to_work"])],
)
def test_kandas_need_no_diploma_but_somebody_able_to_work(who: dict[str, Any], codes: list[str]) -> None:
    assert decided(member(**who), category=Category.KANDAS) == (not codes, codes)


@pytest.mark.parametrize(
    ("work", "codes"),
    [
        (Work(status="UNEMPLOYED", occupations=("7212",), vacancies=1), []),
        (Work(status="JOB_SEEKER", occupations=("7212",), vacancies=0), ["no_diploma_or_skill"]),
        (Work(status="JOB_SEEKER", occupations=("9999",), vacancies=5), ["no_diploma_or_skill"]),
        (Work(status="EMPLOYED", occupations=("7212",), vacancies=1), ["not_a_job_seeker"]),
        (Work(status="NOT_REGISTERED", occupations=(), vacancies=1),
         ["no_diploma_or_skill", "not_a_job_seeker"]),
    ],
    ids=["wanted", "no vacancy", "not proven", "employed", "both"],
)  # fmt: skip
def test_a_skill_must_be_proven_and_wanted_and_the_applicant_seek_work(work: Work, codes: list[str]) -> None:
    tried, family, said = bench(), uuid4(), application(member(**SKILLED))
    for ask in asks_of(tried.hear(family, said)):
        answer = confirming(ask, said)
        heard = WorkAnswer(member_id=answer.member_id, work=work) if ask.target == "labour" else answer
        tried.hear(family, heard)
    (event,) = tried.told(family, EligibilityDecided)
    assert [reason.code for reason in event.reasons] == codes
    assert all(reason.remedy is not None for reason in event.reasons)  # what would win


def test_a_region_without_quota_is_refused_and_others_with_places_are_named() -> None:
    tried = bench(ledgers={})
    tried.states[OpenRegions(2026, Category.RESETTLER)] = Words(kk="Павлодар", ru="Павлодар", en="Pavlodar")
    family = tried.apply(application())
    (event,) = tried.told(family, EligibilityDecided)
    assert not event.eligible
    assert event.reasons[0].code == "region_without_quota"
    assert event.reasons[0].remedy == Words(
        kk="Бос орны бар өңірлер: Павлодар.",
        ru="Регионы, где есть свободные места: Павлодар.",
        en="Regions with places: Pavlodar.",
    )


def test_a_family_larger_than_the_whole_quota_does_not_block_the_list_for_ever() -> None:
    tried = bench(quota=1)
    family = tried.apply(application(member(), child()))
    assert [e.eligible for e in tried.told(family, EligibilityDecided)] == [False]
    assert tried.ledger().waiting == []


def test_the_year_of_submission_decides_which_quota_counts() -> None:
    last_year = LedgerKey(2025, SEVERO, Category.RESETTLER)
    tried = bench(ledgers={last_year: 10, NORTH: 10})
    family = tried.apply(application(submitted_on=date(2025, 12, 31)))
    assert [e.year for e in tried.told(family, QuotaReserved)] == [2025]
    assert tried.told(family, EligibilityDecided)[0].rule_set == "order-234-2025"


def test_every_reason_names_its_act_and_speaks_three_languages() -> None:
    for code, known in REASONS.items():
        assert known.code == code
        assert known.act_words is not None
        assert known.act == known.act_words.en
        for words in (known.says, known.remedy, known.act_words):
            assert words is None or all((words.kk, words.ru, words.en))


def test_an_act_is_named_in_the_readers_language_and_no_act_is_left_over() -> None:
    assert {known.act_words for known in REASONS.values()} == set(ACTS.values())
    assert [act for act in ACTS.values() if re.search(r"[A-Za-z]", act.kk + act.ru)] == []
