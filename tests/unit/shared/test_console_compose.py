"""What docker compose runs, as docker tells it and as its ports tell it."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from console.compose import PORTS_IN_A_ROW, Container, reachable, read
from console.layout import Stack, known, write_compose

PS = Path(__file__).with_name("compose-ps.jsonl").read_text()
PORTS = (20101, 17432)
ROW = PORTS_IN_A_ROW["verification"]


class Unready(BaseHTTPRequestHandler):
    """A service that answers, though it is not ready."""

    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    write_compose(tmp_path, secrets=tmp_path)
    return known(tmp_path)


@contextmanager
def answering(place: int) -> Iterator[int]:
    """A service at this place in a row of ports at which nobody else answers; gives the row's first port."""
    with ExitStack() as held:
        first = next(first for first in range(21_000, 32_000, ROW) if _held(first, place, held))
        server = held.enter_context(ThreadingHTTPServer(("127.0.0.1", first + place), Unready))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield first
        server.shutdown()
        thread.join()


def _held(first: int, place: int, held: ExitStack) -> bool:
    """Whoever binds a port without listening keeps others away from it, and refuses all callers."""
    with ExitStack() as row:
        for port in {*range(first, first + ROW)} - {first + place}:
            try:
                row.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                return False
        held.enter_context(row.pop_all())
    return True


def test_every_container_that_should_run_is_there_with_its_port() -> None:
    """As docker compose 2.40 tells it, of a stack whose first verification was taken away."""
    found = {one.name: one for one in read(PS, ports=PORTS)}
    assert found["intake"] == Container(name="intake", service="intake", state="ready", port=20101)
    assert found["verification-2"].service == "verification"
    assert {found[name].port for name in ("verification-2", "verification-3")} == {20111, 20112}
    assert found["intake-relay"].port is None
    assert found["kafka"].port == 21092
    assert not any(name.endswith(("-migrate", "-setup")) for name in found)
    assert {one.state for one in found.values()} == {"ready"}


def test_an_older_compose_tells_the_same_as_one_list() -> None:
    listed = json.dumps([json.loads(line) for line in PS.splitlines()])
    assert read(listed, ports=PORTS) == read(PS, ports=PORTS)


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ('"State": "running", "Health": "starting"', "starting"),
        ('"State": "running", "Health": "unhealthy"', "unhealthy"),
        ('"State": "created", "Health": ""', "created"),
        ('"State": "exited", "Health": ""', "down"),
    ],
)
def test_a_container_that_is_not_ready_says_why(row: str, state: str) -> None:
    relay = f'{{"Name": "qonys-intake-relay-1", "Service": "intake-relay", "Publishers": [], {row}}}'
    others = [line for line in PS.splitlines() if '"intake-relay"' not in line]
    found = {one.name: one.state for one in read("\n".join([relay, *others]), ports=PORTS)}
    assert found["intake-relay"] == state


def test_a_container_that_is_missing_is_down() -> None:
    there = "\n".join(line for line in PS.splitlines() if '"notification-relay"' not in line)
    assert {one.name for one in read(there, ports=PORTS) if one.state == "down"} == {"notification-relay"}


@pytest.mark.parametrize("told", [PS, ""], ids=["another stack", "no docker"])
def test_what_docker_tells_of_another_stack_is_not_taken_for_this_one(told: str) -> None:
    assert read(told, ports=(18101, 15432)) == []


@pytest.mark.parametrize("place", [0, ROW - 1], ids=["the first port", "the last port"])
def test_an_instance_is_found_at_any_port_of_its_row(stack: Stack, place: int) -> None:
    with answering(place) as first:
        told = replace(stack, ports={**stack.ports, "verification": first})
        assert reachable(told).ports["verification"] == first + place


def test_where_nothing_answers_the_usual_port_stays(stack: Stack) -> None:
    nobody = replace(stack, ports={**stack.ports, "verification": 1})
    assert reachable(nobody).ports["verification"] == 1
