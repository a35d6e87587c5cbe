"""The `qonys` command as a person meets it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from console.layout import BrokerKind, Pace, known, plan, write_compose
from console.main import COMMANDS, GROUPS, app

IN_GROUPS = [[group, name] for group, _, commands in GROUPS for name in commands]
EVERY = [[], *([name] for name in COMMANDS), *([group] for group, _, _ in GROUPS), *IN_GROUPS]


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["qonys", *words])
    with pytest.raises(SystemExit) as left:
        app()
    code = left.value.code
    return code if isinstance(code, int) else 0


@pytest.mark.parametrize("words", EVERY, ids=lambda words: " ".join(["qonys", *words]))
def test_every_command_shows_an_example(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *words, "--help") == 0
    example = capsys.readouterr().out.partition("Example:")[2]
    assert " ".join(["qonys", *words]) in " ".join(example.split())


def test_ctrl_c_is_answered_before_the_command_has_begun() -> None:
    """Held by `console.__main__`, which imports all the rest within its `try`."""
    command = [sys.executable, "-X", "importtime", "-m", "console", "status"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert any("aiokafka.errors" in line for line in process.stderr)  # the first of many
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130
    assert "Traceback" not in said


@pytest.mark.parametrize("words", ["status", "down", "logs", "events", "env", "republish"])
def test_without_a_stack_a_command_says_how_to_start_one(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, words, "--folder", str(tmp_path)) == 1
    said = capsys.readouterr().err
    assert "no stack was started" in said
    assert "qonys up" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        ("up", "docker compose --profile sandbox up"),
        ("down", "docker compose --profile sandbox down"),
        ("logs", "docker compose logs"),
    ],
)
def test_what_docker_compose_runs_is_left_to_it(
    words: str,
    instead: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    write_compose(tmp_path, secrets=tmp_path)
    stack = known(tmp_path)
    assert run(monkeypatch, words, "--folder", str(tmp_path)) == 1
    assert instead in capsys.readouterr().err
    assert known(tmp_path) == stack


def test_a_demo_never_takes_the_place_of_a_stack_that_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    stack = plan(tmp_path, kind=BrokerKind.EMBEDDED, pace=Pace())
    assert run(monkeypatch, "demo", "--folder", str(tmp_path)) == 1
    assert "a stack that somebody keeps" in capsys.readouterr().err
    assert known(tmp_path) == stack


def test_a_file_that_is_no_family_is_named_with_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "family.json"
    file.write_text('{"about": {}}')
    assert run(monkeypatch, "apply", str(file), "--folder", str(tmp_path)) == 1
    said = capsys.readouterr().err
    assert "is not a family" in said
    assert "application" in said
