"""The `qonys` command as a person meets it."""

from pathlib import Path

import pytest

from console.main import COMMANDS, PARKED, app

EVERY = [*([name] for name in COMMANDS), *(["parked", name] for name in PARKED)]


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["qonys", *words])
    with pytest.raises(SystemExit) as left:
        app()
    code = left.value.code
    return code if isinstance(code, int) else 0


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_shows_an_example(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *words, "--help") == 0
    example = capsys.readouterr().out.partition("Example:")[2]
    assert " ".join(["qonys", *words]) in " ".join(example.split())


@pytest.mark.parametrize("words", ["status", "down", "logs", "events", "env", "republish"])
def test_without_a_stack_a_command_says_how_to_start_one(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, words, "--folder", str(tmp_path)) == 1
    said = capsys.readouterr().err
    assert "no stack was started" in said
    assert "qonys up" in said
    assert "Traceback" not in said


def test_a_file_that_is_no_family_is_named_with_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "family.json"
    file.write_text('{"about": {}}')
    assert run(monkeypatch, "apply", str(file), "--folder", str(tmp_path)) == 1
    said = capsys.readouterr().err
    assert "is not a family" in said
    assert "application" in said
