"""Which ports the parts of a stack get, and that a port is theirs."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from console import background
from console.background import StartError
from console.ports import FIRST, PORTS, free_port, is_free, remembered_port

LISTENS = "import socket, time; s = socket.create_server(('127.0.0.1', {})); time.sleep(60)"
WAITS = "import time; time.sleep(60)"


def test_they_are_none_that_the_system_gives_away_itself() -> None:
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if not given.exists():
        pytest.skip("this system does not say which those are")
    assert int(given.read_text().split()[0]) >= FIRST + PORTS


def test_two_processes_draw_different_ones() -> None:
    draw = "from console.ports import free_port; print(*(free_port() for _ in range(20)))"
    drawn = [subprocess.check_output([sys.executable, "-c", draw], text=True).split() for _ in range(2)]
    assert len({port for ports in drawn for port in ports}) == 40


def test_one_is_kept_until_somebody_else_has_it(tmp_path: Path) -> None:
    first = remembered_port(tmp_path / "port")
    assert remembered_port(tmp_path / "port") == first
    with socket.create_server(("127.0.0.1", first)):
        assert not is_free(first)
        assert remembered_port(tmp_path / "port") != first


def test_a_program_that_listens_is_waited_for(tmp_path: Path) -> None:
    port, record, log = free_port(), tmp_path / "it.json", tmp_path / "it.log"
    background.launch(record, [sys.executable, "-c", LISTENS.format(port)], log=log)
    try:
        background.wait_for_port(port, record, log=log)
        assert not is_free(port)
    finally:
        background.end(record, hard=True)


def test_whoever_else_listens_is_not_taken_for_it(tmp_path: Path) -> None:
    """Given by `listens`: with a mere connection its clients would talk to a stranger."""
    port, record, log = free_port(), tmp_path / "it.json", tmp_path / "it.log"
    with socket.create_server(("127.0.0.1", port)):
        background.launch(record, [sys.executable, "-c", WAITS], log=log)
        with pytest.raises(StartError, match=f"nothing answers on 127.0.0.1:{port}"):
            background.wait_for_port(port, record, log=log, timeout_seconds=0.5)
    assert background.running(record) is None
