"""A stack that is kept survives whatever becomes of who keeps it, and ends when it is told to."""

import json

import pytest

from console.layout import SERVICES
from e2e.day import Day

PARTS = {"postgres", "broker", "sandbox", *SERVICES, *(f"{name}-relay" for name in SERVICES)}


@pytest.mark.parametrize("moment", ["while it starts", "when it is ready"])
def test_ctrl_c_ends_it_and_leaves_nothing_running(day: Day, moment: str) -> None:
    """Held by the `finally` of `supervise.running`."""
    assert day.interrupted[moment] == 130
    assert day.left[moment] == []


def test_it_starts_in_the_background_and_is_well(day: Day) -> None:
    assert day.code("up") == 0, day.said("up")
    assert "All well." in day.said("status before")


def test_programs_learn_where_it_answers(day: Day) -> None:
    assert day.told("up")["addresses"]["intake"] == day.told("env")["QONYS_INTAKE_URL"]


def test_a_killed_supervisor_leaves_nothing_running_and_nothing_lost(day: Day) -> None:
    """Held by the lifeline, and by telling a forgetful broker again what the outboxes hold."""
    assert day.typed["apply again"]["out"] == day.typed["apply"]["out"]
    told = [json.loads(event)["type"] for event in day.typed["events"]["out"].splitlines()]
    assert "kz.qonys.application.submitted.v1" in told


def test_down_ends_all_of_it(day: Day) -> None:
    assert day.code("down") == 0, day.said("down")
    assert set(day.told("down")["ended"]) == PARTS
    assert day.left["down"] == []
