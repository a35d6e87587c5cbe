"""Bodies as bytes and back, by the name of their class."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging import Service, Target, Unanswered
from messaging.bodies import Bodies, UnknownBodyError


class Colour(StrEnum):
    BLUE = "blue"
    WHITE = "white"


@dataclass(frozen=True)
class Inner:
    number: int
    note: str | None = None


@dataclass(frozen=True)
class Call:
    who: UUID
    on: date
    at: datetime
    colours: tuple[Colour, ...]
    inner: Inner


@dataclass(frozen=True)
class Answer:
    known: bool


@dataclass(frozen=True)
class Stranger:
    known: bool


async def _nobody(call: Any) -> object:
    return call


DECIDER: Any = object()
TARGET = Target(name="register", call=Call, answer=Answer, perform=_nobody)
BODIES = Bodies(Service(name="probe", hears={Answer: DECIDER, Unanswered: DECIDER}, targets=(TARGET,)))
CALLS = st.builds(
    Call,
    who=st.uuids(),
    on=st.dates(),
    at=st.datetimes(timezones=st.just(UTC)),
    colours=st.lists(st.sampled_from(Colour)).map(tuple),
    inner=st.builds(Inner, number=st.integers(-(2**63), 2**63 - 1), note=st.none() | st.text()),
)


@given(CALLS)
def test_a_body_comes_back_as_it_was(call: Call) -> None:
    name, raw = BODIES.encode(call)
    assert name == "Call"
    assert BODIES.decode(name, raw) == call


@given(CALLS, st.text(), st.integers(1, 9))
def test_silence_comes_back_with_the_call_that_met_it(call: Call, error: str, attempts: int) -> None:
    silence = Unanswered(target="register", call=call, error=error, attempts=attempts)
    assert BODIES.decode(*BODIES.encode(silence)) == silence


def test_a_class_of_no_table_is_refused_before_it_is_stored() -> None:
    with pytest.raises(TypeError, match="Stranger is in no table of this service"):
        BODIES.encode(Stranger(known=True))


def test_a_name_of_another_release_is_told_apart_from_a_body_that_does_not_fit() -> None:
    with pytest.raises(UnknownBodyError, match="no class named Stranger"):
        BODIES.decode("Stranger", b"{}")
    with pytest.raises(msgspec.ValidationError, match=r"\$\.known"):
        BODIES.decode("Answer", b'{"known": "perhaps"}')
