"""`qonys secrets init`: strong, private, once."""

import stat
from pathlib import Path

import pytest

from console.layout import known
from console.secret_files import init, names


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QONYS_HOME", str(tmp_path / "var" / "stack"))
    init(tmp_path / "secrets")
    return tmp_path / "secrets"


def test_each_is_a_file_that_only_its_owner_reads(secrets: Path) -> None:
    assert {file.name for file in secrets.iterdir()} == set(names())
    assert {stat.S_IMODE(file.stat().st_mode) for file in secrets.iterdir()} == {0o600}


def test_none_is_made_twice(secrets: Path) -> None:
    before = {file.name: file.read_bytes() for file in secrets.iterdir()}
    (secrets / "kafka-intake").unlink()
    init(secrets)
    changed = {name for name, content in before.items() if (secrets / name).read_bytes() != content}
    assert changed == {"kafka-intake"}


def test_later_commands_find_the_stack_of_compose(secrets: Path) -> None:
    stack = known(secrets.parent / "var" / "compose")
    assert stack.url("intake") == "http://127.0.0.1:18101"
    assert stack.kafka["sasl_plain_password"] == (secrets / "kafka-console").read_text()
