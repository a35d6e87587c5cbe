"""Where a stack is, found again."""

import socket
from pathlib import Path

import pytest

from console.errors import PlainError
from console.layout import LISTENERS, BrokerKind, Pace, known, plan, typed


def test_a_stack_is_found_again_by_its_folder(tmp_path: Path) -> None:
    planned = plan(tmp_path, kind=BrokerKind.EMBEDDED, pace=Pace(done_seconds=1.5), temporary=True)
    assert known(tmp_path) == planned


def test_every_part_has_a_port_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    first = plan(tmp_path, kind=BrokerKind.EMBEDDED, pace=Pace())
    assert len(set(first.ports.values())) == len(LISTENERS)
    assert plan(tmp_path, kind=BrokerKind.EMBEDDED, pace=Pace()).ports == first.ports


def test_a_port_that_somebody_took_is_given_up_alone(tmp_path: Path) -> None:
    first = plan(tmp_path, kind=BrokerKind.EMBEDDED, pace=Pace())
    with socket.create_server(("127.0.0.1", first.ports["intake"])):
        second = plan(tmp_path, kind=BrokerKind.EMBEDDED, pace=Pace())
    moved = {name for name in LISTENERS if second.ports[name] != first.ports[name]}
    assert moved == {"intake"}


def test_a_folder_without_a_stack_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(PlainError) as error:
        known(tmp_path)
    assert error.value.remedy == f"start one: qonys up --folder {tmp_path}"


def test_a_command_names_the_folder_unless_it_is_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QONYS_HOME", str(tmp_path / "usual"))
    monkeypatch.chdir(tmp_path)
    assert typed("qonys status", tmp_path / "usual") == "qonys status"
    assert typed("qonys status", tmp_path / "other") == "qonys status --folder other"
