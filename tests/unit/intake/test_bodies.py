"""Whatever is sent as an application: it is one, or all that is wrong with it is told."""

import json
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.problems import Problem
from intake.http.draft_body import DraftBody
from intake.http.drafts import read_draft
from intake.http.family_faults import family_faults
from support.intake import FAMILY

TODAY = date(2026, 3, 2)
DEPARTURES = frozenset({"610000000"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PLACES = ["category", "language", "region_from", "region_to", "contact", "members", "consent"]
MEMBER_PLACES = ["kinship", "name", "birth_date", "iin", "able_to_work", "diploma_number", "skill"]


def read(body: bytes) -> DraftBody | list[str]:
    try:
        return read_draft(body, departures=DEPARTURES, today=TODAY)
    except Problem as problem:
        return [fault.code for fault in problem.fields]


def test_the_family_of_the_tests_is_in_order() -> None:
    assert isinstance(read(json.dumps(FAMILY).encode()), DraftBody)


@given(st.sampled_from(PLACES), JSON)
def test_anything_in_any_place_is_taken_or_told(place: str, value: object) -> None:
    assert read(json.dumps({**FAMILY, place: value}).encode())


@given(st.sampled_from(MEMBER_PLACES), JSON)
def test_anything_said_of_a_member_is_taken_or_told(place: str, value: object) -> None:
    family: Any = deepcopy(dict(FAMILY))
    family["members"][1][place] = value
    assert read(json.dumps(family).encode())


@given(st.binary(max_size=200))
def test_bytes_that_are_no_application_are_told(body: bytes) -> None:
    assert isinstance(read(body), list)


@given(JSON)
def test_the_family_as_a_whole_is_looked_at_whatever_was_sent(sent: object) -> None:
    assert isinstance(family_faults(sent, departures=DEPARTURES, today=TODAY), list)


@pytest.mark.parametrize(("iin", "twice"), [(None, True), ("900101100500", False)])
def test_without_an_iin_a_person_is_known_by_name_and_birthday(iin: str | None, twice: bool) -> None:
    family: Any = deepcopy(dict(FAMILY))
    family["members"].append({**family["members"][1], **({"iin": iin} if iin else {})})
    faults = family_faults(family, departures=DEPARTURES, today=TODAY)
    assert ("person_twice" in [fault.code for fault in faults]) is twice
