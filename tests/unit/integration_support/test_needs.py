"""Every family is sent to a service of the catalogue or told why not."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import integration_support
from chassis.words import Words, disagreements
from contracts.intake import ArrivalReported
from contracts.words import Category, Language
from integration_support.domain.catalogue import read_catalogue
from integration_support.domain.needs import RULES, Need
from sandbox.scenarios import Services, load
from unit.integration_support.families import CATALOGUE, THREE_GENERATIONS, arrival

EXAMPLES = Path(__file__).parents[3] / "examples"
WORDS = Path(integration_support.__file__).parent / "words"

families = st.builds(
    ArrivalReported,
    arrived_on=st.dates(),
    kato=st.just("591010000"),
    category=st.sampled_from(Category),
    language=st.sampled_from(Language),
    ages=st.lists(st.integers(0, 110), min_size=1, max_size=12).map(tuple),
    people=st.integers(1, 12),
    wants_work=st.booleans(),
    wants_training=st.booleans(),
    foreign_education=st.booleans(),
)


@given(families)
def test_what_applies_and_what_is_explained_are_25_together(family: ArrivalReported) -> None:
    needed, explained = CATALOGUE.for_family(family)
    assert sorted([one.no for one in needed] + [one.service_no for one in explained]) == list(range(1, 26))


def refused(family: ArrivalReported) -> dict[int, str]:
    return {one.service_no: one.because for one in CATALOGUE.for_family(family)[1]}


def test_a_family_of_three_generations_gets_all_but_what_is_for_kandas_or_must_be_asked_for() -> None:
    assert refused(THREE_GENERATIONS) == {4: "citizen_already", 5: "citizen_already", 14: "not_reported"}


def age_on(day: date, born: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@pytest.mark.parametrize("name", ["01-resettler", "02-kandas"])
def test_an_examples_numbers_are_those_of_the_catalogue(name: str) -> None:
    today = date(2026, 5, 4)
    scenario = load(EXAMPLES / f"{name}.json", today=today)
    said = scenario.application
    family = arrival(
        category=Category(said["category"]),
        ages=tuple(age_on(today, date.fromisoformat(one["birth_date"])) for one in said["members"]),
        foreign_education=False,
    )
    needed, explained = CATALOGUE.for_family(family)
    assert scenario.expect.services == Services(done=len(needed), not_needed=len(explained))


def test_a_single_kandas_without_children_is_told_why_nine_services_are_not_for_him() -> None:
    family = arrival(category=Category.KANDAS, ages=(30,), people=1, wants_work=False, wants_training=False)
    assert refused(family) == {
        3: "not_yet_citizen",
        13: "no_children",
        14: "not_reported",
        15: "nobody_of_pension_age",
        17: "work_not_wanted",
        18: "work_not_wanted",
        19: "training_not_wanted",
        23: "no_child_under_six",
        24: "no_child_of_school_age",
    }


@pytest.mark.parametrize(
    ("ages", "without"),
    [
        ((5,), {15, 24}),
        ((6,), {15, 23}),
        ((17,), {15, 23}),
        ((18,), {13, 15, 23, 24}),
        ((60,), {13, 15, 23, 24}),
        ((61,), {13, 23, 24}),
    ],
)
def test_ages_at_the_borders_open_the_right_services(ages: tuple[int, ...], without: set[int]) -> None:
    assert refused(arrival(ages=ages)).keys() & {13, 15, 23, 24} == without


def test_somebody_who_wants_work_but_is_too_old_is_not_sent_for_it() -> None:
    assert {17, 18, 19, 20} <= refused(arrival(ages=(63, 70))).keys()


def test_whoever_was_schooled_in_kazakhstan_needs_no_recognition() -> None:
    assert refused(arrival(foreign_education=False))[25] == "schooled_in_kazakhstan"


def test_every_reason_has_words_in_all_languages() -> None:
    assert disagreements(WORDS) == []
    words = Words(WORDS)
    assert [
        need for need in Need if not words.knows(f"because-{RULES[need].otherwise.replace('_', '-')}")
    ] == []


def test_a_catalogue_with_one_number_twice_is_refused() -> None:
    service = json.loads(
        Path(integration_support.__file__).parent.joinpath("data/services-25.json").read_text()
    )
    twice = {"services": [service["services"][0]] * 2}
    with pytest.raises(ValueError, match=r"twice: \[1\]"):
        read_catalogue(json.dumps(twice).encode())


def test_a_catalogue_with_an_unknown_need_names_the_place() -> None:
    with pytest.raises(ValueError, match=r"\$.services\[0\].need"):
        read_catalogue(
            b'{"services": [{"no": 1, "group": "g", "provider": "p", "need": "the_rich",'
            b' "names": {"kk": "a", "ru": "b", "en": "c"}}]}'
        )
