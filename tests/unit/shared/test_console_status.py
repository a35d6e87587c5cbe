"""What `qonys status` reads from a process, and what it concludes."""

from pathlib import Path

import pytest

from console.layout import BrokerKind, Pace, known, plan, write_compose
from console.numbers import Numbers, read
from console.processes import Line
from console.status import outside
from console.verdict import remedies, troubles

TEXT = """
qonys_consumer_lag{service="verification",topic="intake.applications.v1",partition="0"} 3.0
qonys_consumer_lag{service="verification",topic="intake.applications.v1",partition="1"} 4.0
qonys_outbox_untold{service="verification"} 2.0
qonys_outbox_oldest_seconds{service="verification"} 1.9
qonys_parked{service="verification",state="failed"} 1.0
qonys_parked{service="verification",state="waits"} 2.0
qonys_breaker_open{service="verification",target="persons"} 0.0
qonys_breaker_open{service="verification",target="education"} 1.0
qonys_register_silent{service_id="Diplomas"} 1.0
qonys_register_silent{service_id="Persons"} 0.0
"""
CALM = Numbers(lag=0, untold=0, untold_seconds=0, parked=0)
BAD = Numbers(lag=10_001, untold=9, untold_seconds=31, parked=2, held_back=("email",), silent=("Diplomas",))


def line(name: str, state: str = "ready", numbers: Numbers = CALM, *, service: str | None = None) -> Line:
    return Line(name=name, service=service or name, state=state, numbers=numbers)


def concluded(folder: Path, *lines: Line) -> list[str]:
    return troubles(lines, remedies(plan(folder, kind=BrokerKind.EMBEDDED, pace=Pace())))


def test_a_process_is_read_with_its_queues_summed_and_its_neighbours_named() -> None:
    assert read(TEXT) == Numbers(
        lag=7,
        untold=2,
        untold_seconds=1,
        parked=3,
        targets=("education", "persons"),
        held_back=("education",),
        registers=("Diplomas", "Persons"),
        silent=("Diplomas",),
    )


def test_a_process_without_queues_says_nothing_of_them() -> None:
    assert read("python_info 1.0\n") == Numbers()


def test_nothing_is_said_while_all_is_well(tmp_path: Path) -> None:
    assert concluded(tmp_path, line("postgres", "up", Numbers()), line("intake")) == []


def test_every_trouble_is_said_with_what_to_type(tmp_path: Path) -> None:
    said = concluded(tmp_path, line("broker", "down", Numbers()), line("intake", "broker: missing", BAD))
    typed = [one.partition(": qonys ")[2] for one in said]
    assert [command.split()[0] for command in typed] == ["logs", "logs", "logs", "parked"] + 3 * ["logs"]
    assert all(command.endswith(f"--folder {tmp_path}") for command in typed)


def test_what_compose_runs_is_looked_at_and_started_by_compose(tmp_path: Path) -> None:
    write_compose(tmp_path, secrets=tmp_path)
    broken = (line("kafka", "down", Numbers()), line("intake", "database: missing"))
    assert [one.partition(": docker compose ")[2] for one in troubles(broken, remedies(known(tmp_path)))] == [
        "--profile sandbox up --detach --wait",
        "logs --tail 50 intake",
    ]


def test_what_instances_share_is_said_once(tmp_path: Path) -> None:
    two = [line(name, "ready", Numbers(parked=1), service="intake") for name in ("intake", "intake-2")]
    (said,) = concluded(tmp_path, *two)
    assert said.startswith("1 message waits for a person in intake: ")


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        (Numbers(), []),
        (Numbers(targets=("sms", "email")), ["calls go through: email, sms"]),
        (
            Numbers(registers=("Diplomas", "Persons"), silent=("Diplomas",)),
            ["registers silent: Diplomas; answer: Persons"],
        ),
    ],
)
def test_the_world_outside_is_shown_as_it_answers(numbers: Numbers, shown: list[str]) -> None:
    assert outside([line("verification", "ready", numbers)]) == shown
