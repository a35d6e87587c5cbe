"""The repository keeps its shape: places, names, sizes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from architecture import migrations
from architecture.workspace import PACKAGES, ROOT, SERVICES, SHARED, Package, sources
from messaging.consumer import BATCH_RECORDS

FILE_LINES = 300
FUNCTION_LINES = 40
EMPTY_NAMES = re.compile(r"(^|_)(manager|helper|util)s?($|_)|^(process|data)$")


def test_shared_has_five_parts_and_a_sixth_needs_a_decision_record() -> None:
    assert {package.name for package in SHARED} == {"contracts", "messaging", "chassis", "sandbox", "console"}


def test_there_are_four_services() -> None:
    expected = {"intake", "verification", "notification", "integration-support"}
    assert {service.name for service in SERVICES} == expected


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_whoever_knows_one_service_finds_the_way_in_every_other(service: Package) -> None:
    assert [
        name for name in ("__main__.py", "app.py", "consumers.py") if not (service.source / name).is_file()
    ] == []
    assert [name for name in ("domain", "store") if not _module(service.source / name)] == []
    assert list((service.source / "migrations").glob("*.sql"))


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_migrations_are_numbered_without_gaps_and_say_why(package: Package) -> None:
    assert migrations.faults(package) == []


def test_a_gap_a_name_and_a_missing_why_are_seen(tmp_path: Path) -> None:
    package = Package(tmp_path / "tiny")
    folder = package.source / "migrations"
    folder.mkdir(parents=True)
    (folder / "0002_first.sql").write_text("-- Why\n")
    (folder / "0002_Second.sql").write_text("SELECT 1;\n")
    found = migrations.faults(package)
    assert [fault.removeprefix(f"{folder}/") for fault in found] == [
        "0002_Second.sql should be named 0001_<what>.sql",
        "0002_Second.sql should open with a comment that says why",
    ]


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_the_architecture_page_names_every_package(package: Package) -> None:
    assert re.search(rf"\b{package.name}\b", (ROOT / "docs" / "architecture.md").read_text())


def test_the_architecture_page_says_how_much_a_poll_may_bring() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    assert f"a poll brings up to {BATCH_RECORDS:,} records" in page


def test_no_file_has_outgrown_its_subject() -> None:
    assert [file for file in sources() if len(file.read_text().splitlines()) > FILE_LINES] == []


def test_no_function_has_outgrown_a_screen() -> None:
    long = [
        f"{file}:{function.lineno} {function.name}"
        for file in sources()
        for function in _functions(file)
        if (function.end_lineno or 0) - function.lineno >= FUNCTION_LINES
    ]
    assert long == []


def test_every_module_says_its_purpose() -> None:
    assert [file for file in sources() if file.read_text() and not ast.get_docstring(_tree(file))] == []


def test_no_file_is_named_by_a_word_that_says_nothing() -> None:
    assert [file for file in sources() if EMPTY_NAMES.search(file.stem)] == []


def _module(path: Path) -> bool:
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), str(file))


def _functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
