"""Who is let in, and what those hear who are not."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from messaging import Overloaded, metrics
from messaging.pressure import LONGEST_RETRY_SECONDS, Pressure

SERVICE = "pressed"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pressure(clock: Clock) -> Pressure:
    return Pressure(service=SERVICE, most=2, seconds=5, clock=clock)


@pytest.fixture
def inside() -> Iterator[ExitStack]:
    with ExitStack() as waiting:
        yield waiting


def retry_after(pressure: Pressure) -> int | None:
    """What the next one hears; None when it is let in."""
    try:
        with pressure.admitted():
            return None
    except Overloaded as refusal:
        return refusal.retry_after_seconds


def test_one_more_than_may_wait_is_refused_until_one_is_answered(pressure: Pressure) -> None:
    with pressure.admitted():
        with pressure.admitted():
            assert retry_after(pressure) == 1
        assert retry_after(pressure) is None


def test_a_request_that_failed_waits_no_more(pressure: Pressure, inside: ExitStack) -> None:
    inside.enter_context(pressure.admitted())
    with pytest.raises(ZeroDivisionError), pressure.admitted():
        raise ZeroDivisionError
    assert retry_after(pressure) is None


def test_nobody_is_let_in_while_somebody_waits_too_long(
    pressure: Pressure, clock: Clock, inside: ExitStack
) -> None:
    inside.enter_context(pressure.admitted())
    clock.now = 5.0
    assert retry_after(pressure) is None
    clock.now = 6.5
    assert retry_after(pressure) == 7
    clock.now = 900.0
    assert retry_after(pressure) == LONGEST_RETRY_SECONDS


def test_whoever_is_refused_is_counted(pressure: Pressure, inside: ExitStack) -> None:
    refused = metrics.REFUSED.labels(SERVICE)
    before = refused._value.get()
    for _ in range(2):
        inside.enter_context(pressure.admitted())
    assert retry_after(pressure)
    assert refused._value.get() == before + 1
