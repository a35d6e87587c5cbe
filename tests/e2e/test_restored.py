"""After a disaster: a backup, taken at work, comes back into an empty stack, which goes on from there."""

import pytest

from e2e.day import Day


@pytest.mark.parametrize("command", ["backup", "restore", "up restored"])
def test_each_command_does_its_part(day: Day, command: str) -> None:
    assert day.code(command) == 0, day.said(command)


def test_whatever_was_told_is_told_again_and_nothing_is_lost_or_doubled(day: Day) -> None:
    """The new topics hold what the old outboxes held: the relays' lists are filled by `qonys restore`."""
    assert day.code("audit restored") == 0, day.said("audit restored")
    told = next(line for line in day.told("audit restored")["lines"] if line["line"] == "told")
    assert told["examined"] >= len(day.typed["events in the morning"]["out"].splitlines()) > 0


def test_the_family_is_where_it_was(day: Day) -> None:
    assert day.told("case restored")["state"] == "place_reserved"
