"""Log lines: their shape, what they must not hold, and a reader who does not read."""

import logging
import os
import select
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import orjson
import pytest
import structlog
from asyncpg import InsufficientPrivilegeError
from prometheus_client import REGISTRY

from chassis.line_writer import QUEUE_LINES
from chassis.logs import configure_logs
from chassis.remedies import remedy_for
from chassis.settings import LogFormat, LogLevel

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    root = logging.getLogger()
    kept = root.handlers, root.level
    yield reader, writer
    os.close(reader)
    root.handlers, root.level = kept
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def lines(pipe: tuple[int, int]) -> Lines:
    writer = configure_logs("intake", log_format=LogFormat.JSON, level=LogLevel.INFO, stream=pipe[1])

    def read() -> list[dict[str, Any]]:
        writer.flush()
        return [orjson.loads(line) for line in os.read(pipe[0], 1 << 16).splitlines()]

    return read


def test_a_line_says_who_what_when_and_for_which_case(lines: Lines) -> None:
    structlog.contextvars.bind_contextvars(correlation_id="c-1")
    structlog.get_logger().info("eligibility_decided", outcome="eligible", duration_ms=3.5)
    (line,) = lines()
    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "eligibility_decided",
        "level": "info",
        "service": "intake",
        "correlation_id": "c-1",
        "outcome": "eligible",
        "duration_ms": 3.5,
    }


def test_a_library_speaks_through_the_same_door_but_only_when_it_warns(lines: Lines) -> None:
    logging.getLogger("aiokafka.conn").info("chatter")
    logging.getLogger("aiokafka.conn").warning("Unable to connect to %s", "node 1")
    (line,) = lines()
    assert line["event"] == "library_said"
    assert line["level"] == "warning"
    assert (line["logger"], line["text"]) == ("aiokafka.conn", "Unable to connect to node 1")


def test_a_traceback_has_places_and_kinds_but_no_values(lines: Lines) -> None:
    try:
        try:
            date.fromisoformat("900101100014")
        except ValueError as cause:
            raise OSError("connection refused") from cause
    except OSError:
        structlog.get_logger().error("request_failed", exc_info=True)
    (line,) = lines()
    assert line["exception"][0] == "OSError: connection refused"
    assert "ValueError" in line["exception"]
    assert any("test_chassis_logs.py" in frame for frame in line["exception"])
    assert "900101100014" not in str(line)


def test_a_level_below_the_setting_is_not_written(lines: Lines) -> None:
    structlog.get_logger().debug("chatter")
    structlog.get_logger().warning("asked_again")
    assert [line["event"] for line in lines()] == ["asked_again"]


def test_a_readable_line_is_for_people(pipe: tuple[int, int]) -> None:
    writer = configure_logs("intake", log_format=LogFormat.CONSOLE, stream=pipe[1])
    structlog.get_logger().info("certificate_issued", number=7)
    writer.flush()
    line = os.read(pipe[0], 4096).decode()
    assert "certificate_issued" in line
    assert not line.startswith("{")


def test_a_reader_who_does_not_read_never_stops_the_service(pipe: tuple[int, int]) -> None:
    writer = configure_logs("intake", log_format=LogFormat.JSON, stream=pipe[1])
    counted = lost_lines()
    written = QUEUE_LINES + 2_000
    for number in range(written):
        writer.write(b'{"event": "said", "number": %d, "filling": "%s"}\n' % (number, b"x" * 100))
    seen = dropped = 0
    rest = b""
    while seen + dropped < written:
        assert select.select([pipe[0]], [], [], 5)[0], "no more lines came"
        *whole, rest = (rest + os.read(pipe[0], 1 << 16)).split(b"\n")
        read = [orjson.loads(line) for line in whole]
        seen += sum(line["event"] == "said" for line in read)
        dropped += sum(line["lines"] for line in read if line["event"] == "log_lines_dropped")
        if not dropped:  # what was dropped is told before the next line that gets through
            writer.write(b'{"event": "said"}\n')
            written += 1
    assert dropped > 0
    assert seen + dropped == written
    assert lost_lines() - counted == dropped


def test_lines_that_a_reader_who_has_gone_will_never_read_are_counted(pipe: tuple[int, int]) -> None:
    reader, descriptor = os.pipe()
    writer = configure_logs("intake", log_format=LogFormat.JSON, stream=descriptor)
    os.close(reader)
    counted = lost_lines()
    for number in range(3):
        structlog.get_logger().info("said", number=number)
    writer.flush()
    os.close(descriptor)
    assert lost_lines() - counted == 3


def test_a_line_that_names_an_error_whose_cause_is_known_has_its_remedy(lines: Lines) -> None:
    structlog.get_logger().warning("loop_waits", loop="relay", error="DiskFullError")
    structlog.get_logger().warning("loop_waits", loop="relay", error="KeyError")
    try:
        raise InsufficientPrivilegeError("permission denied for table people")
    except InsufficientPrivilegeError as error:
        structlog.get_logger().error("worker_failed", exc_info=error)
    full, other, failed = lines()
    assert (full["reason"], full["remedy"]) == ("no_disk", remedy_for("no_disk").remedy)
    assert "remedy" not in other
    assert failed["reason"] == "wrong_database_rights"


def lost_lines() -> float:
    return REGISTRY.get_sample_value("qonys_log_lines_dropped_total", {"service": "intake"}) or 0.0
