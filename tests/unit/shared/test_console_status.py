"""What `qonys status` reads from a process, and what it concludes."""

from console.numbers import Numbers, read
from console.verdict import troubles

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


def test_a_process_is_read_with_its_queues_summed_and_its_silent_neighbours_named() -> None:
    assert read(TEXT) == Numbers(
        lag=7, untold=2, untold_seconds=1, parked=3, held_back=("education",), silent=("Diplomas",)
    )


def test_a_process_without_queues_says_nothing_of_them() -> None:
    assert read("python_info 1.0\n") == Numbers()


def test_nothing_is_said_while_all_is_well() -> None:
    assert troubles([("postgres", "up", Numbers()), ("intake", "ready", CALM)]) == []


def test_every_trouble_is_said_with_what_to_type() -> None:
    bad = Numbers(
        lag=10_001, untold=9, untold_seconds=31, parked=2, held_back=("email",), silent=("Diplomas",)
    )
    said = troubles([("broker", "down", Numbers()), ("intake", "broker: missing", bad)])
    assert [line.partition(": qonys ")[2].split()[0] for line in said if ": qonys " in line] == [
        "up",
        "logs",
        "parked",
        "logs",
        "logs",
        "logs",
        "logs",
    ]
    assert len(said) == 7
