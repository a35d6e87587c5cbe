"""Whoever reads of a guarantee finds its other half: the kernel's tests name lines that exist, its sources
name tests that exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from architecture.pages import quoted
from architecture.workspace import ROOT

KERNEL = {
    file: " ".join(file.read_text().split())
    for package in ("messaging", "contracts")
    for file in sorted((ROOT / "shared" / package / "src").rglob("*.py"))
}
TESTS = sorted((ROOT / "tests" / "integration").glob("test_kernel_*.py"))


def _tests(file: Path) -> Iterator[tuple[str, str]]:
    """Each test with what its docstring says."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name, " ".join((ast.get_docstring(node) or "").split())


def _is_there(code: str) -> bool:
    """As it stands, with anything where it has an ellipsis; or the name of something and of where it is."""
    pieces = [piece.strip() for piece in code.split("…")]
    return any(all(piece in text for piece in pieces) for text in KERNEL.values()) or _is_named(code)


def _is_named(code: str) -> bool:
    place, _, name = code.rpartition(".")
    return any(
        place in (file.stem, *re.findall(r"class (\w+)", text)) and re.search(rf"\b{name}\b", text)
        for file, text in KERNEL.items()
    )


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_every_line_that_a_test_of_the_kernel_names_is_in_the_kernel(file: Path) -> None:
    missing = [(test, code) for test, said in _tests(file) for code in quoted(said) if not _is_there(code)]
    assert missing == []


def test_every_test_that_the_kernel_names_exists() -> None:
    exist = {name for file in TESTS for name, _ in _tests(file)}
    named = {name for text in KERNEL.values() for name in re.findall(r"\btest_\w+", text)}
    assert named
    assert named - exist == set()
