"""The breaker: failures in a row open it, one probe after a while decides."""

from hypothesis import given
from hypothesis import strategies as st

from messaging.breaker import Breaker


class Clock:
    """A time that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _breaker(failures: int = 0) -> tuple[Breaker, Clock]:
    clock = Clock()
    breaker = Breaker(after=3, seconds=10, clock=clock)
    for _ in range(failures):
        breaker.failed()
    return breaker, clock


def test_while_closed_the_targets_limit_holds() -> None:
    breaker, _ = _breaker(failures=2)
    assert breaker.passes(8, under_way=3) == 5
    assert breaker.passes(8, under_way=9) == 0


def test_it_opens_at_the_last_failure_in_a_row_and_says_so_once() -> None:
    breaker, _ = _breaker()
    assert [breaker.failed() for _ in range(4)] == [False, False, True, False]
    assert breaker.is_open


def test_a_success_in_between_begins_the_row_anew() -> None:
    breaker, _ = _breaker(failures=2)
    breaker.succeeded()
    assert [breaker.failed(), breaker.failed()] == [False, False]


def test_while_open_nothing_passes() -> None:
    breaker, clock = _breaker(failures=3)
    clock.now = 9.9
    assert breaker.passes(8, under_way=0) == 0


def test_then_one_probe_passes_and_no_second_beside_it() -> None:
    breaker, clock = _breaker(failures=3)
    clock.now = 10
    assert breaker.passes(8, under_way=0) == 1
    assert breaker.passes(8, under_way=1) == 0


def test_a_probe_that_fails_keeps_it_open_for_as_long_again() -> None:
    breaker, clock = _breaker(failures=3)
    clock.now = 10
    assert not breaker.failed()
    clock.now = 19.9
    assert breaker.passes(8, under_way=0) == 0
    clock.now = 20
    assert breaker.passes(8, under_way=0) == 1


def test_a_probe_that_succeeds_closes_it() -> None:
    breaker, clock = _breaker(failures=3)
    clock.now = 10
    breaker.succeeded()
    assert not breaker.is_open
    assert breaker.passes(8, under_way=0) == 8


@given(st.lists(st.sampled_from(["fail", "succeed", "wait"])), st.integers(0, 20))
def test_it_never_lets_more_under_way_than_the_limit(steps: list[str], under_way: int) -> None:
    breaker, clock = _breaker()
    for step in steps:
        if step == "wait":
            clock.now += 6
        elif step == "fail":
            breaker.failed()
        else:
            breaker.succeeded()
        assert 0 <= breaker.passes(8, under_way=under_way) <= max(0, 8 - under_way)
