"""What was published stays: no version goes, moves or breaks, whatever else is changed with it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from contracts import EVENTS
from contracts.generate import main
from contracts.published import HEAD, LIST, SCHEMAS, Published, broken, published

ROOT = Path(__file__).parents[2]
SUBMITTED = "kz.qonys.application.submitted.v1"
FILE = SCHEMAS / f"{SUBMITTED}.json"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which everything was just published."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "services").mkdir()
    assert main([]) == 0
    return tmp_path


def _publish(tree: Path, schema: dict[str, Any]) -> None:
    """As if this had been the schema of `application.submitted` when it was published."""
    (tree / FILE).write_text(json.dumps(schema))
    [line] = [str(one) for one in published(tree) if one.type == SUBMITTED]
    digest = hashlib.sha256((tree / FILE).read_bytes()).hexdigest()
    _replace(tree, line, f"{line.rpartition(' ')[0]} {digest}")


def _replace(tree: Path, old: str, new: str) -> None:
    text = (tree / LIST).read_text()
    assert old in text
    (tree / LIST).write_text(text.replace(old, new))


def _schema(tree: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((tree / FILE).read_text())
    return schema


def _refused(tree: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What generating and checking say; neither writes anything."""
    before = {file: file.read_bytes() for file in tree.rglob("*") if file.is_file()}
    assert main([]) == main(["--check"]) == 1
    assert {file: file.read_bytes() for file in tree.rglob("*") if file.is_file()} == before
    return capsys.readouterr().err


def test_nothing_that_was_published_is_broken() -> None:
    assert broken(ROOT) == []


def test_what_is_new_comes_last_on_the_list(tree: Path) -> None:
    first, *others = published(tree)
    _replace(tree, f"{first}\n", "")
    assert main([]) == 0
    assert published(tree) == [*others, first]
    assert main(["--check"]) == 0


def test_a_version_that_is_gone_with_its_schema_is_seen(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _replace(tree, HEAD, f"{HEAD}{Published('kz.qonys.case.lost.v1', 'intake.cases.v1', '0' * 64)}\n")
    assert "kz.qonys.case.lost.v1 is gone" in _refused(tree, capsys)


def test_a_version_that_moves_to_another_topic_is_seen(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _replace(tree, f"{SUBMITTED} intake.applications.v1", f"{SUBMITTED} intake.cases.v1")
    assert f"{SUBMITTED} was on intake.cases.v1, is on intake.applications.v1" in _refused(tree, capsys)


def test_a_version_that_breaks_is_seen(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = _schema(tree)
    schema["properties"]["data"]["properties"]["former"] = {"type": "string"}
    _publish(tree, schema)
    assert "former: is gone: make a new version of the event" in _refused(tree, capsys)


def test_a_schema_that_was_edited_by_hand_is_seen(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = _schema(tree)
    schema["properties"]["data"]["required"].remove("papers")
    (tree / FILE).write_text(json.dumps(schema))
    assert f"{FILE} is not what was published" in _refused(tree, capsys)


def test_a_schema_that_was_deleted_is_seen(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / FILE).unlink()
    assert f"{FILE} is not what was published" in _refused(tree, capsys)


def test_an_optional_field_joins_its_version_where_it_stands_on_the_list(tree: Path) -> None:
    now, types = _schema(tree), [one.type for one in published(tree)]
    before = _schema(tree)
    del before["$defs"]["Member"]["properties"]["skill"]
    _publish(tree, before)
    assert main(["--check"]) == 1
    assert main([]) == main(["--check"]) == 0
    assert _schema(tree) == now
    assert [one.type for one in published(tree)] == types == sorted(EVENTS)


def test_a_page_that_is_stale_is_seen(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "docs" / "events.md").write_text("")
    assert main(["--check"]) == 1
    assert "docs/events.md is stale: make generate" in capsys.readouterr().err
