"""People read one word for one thing: what docs/glossary.md says is not said, is said nowhere."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from architecture.pages import page, rows
from architecture.workspace import ROOT

CODES = {"қазақша": "kk", "русский": "ru", "English": "en"}
NOT_SAID = [
    (CODES[row["language"]], row["not said"], row["but"])
    for row in rows(page("glossary.md"), "language", "not said", "but")
]
JSON = [
    *ROOT.glob("services/*/src/*/domain/*.json"),
    *ROOT.glob("services/*/src/*/data/*.json"),
    *ROOT.glob("examples/*.json"),
]


def said_in(language: str) -> Iterator[tuple[Path, str]]:
    """Every text that people read in this language, with its file."""
    for folder in (*ROOT.glob("services/*/src/*/words"), ROOT / "shared/chassis/src/chassis/language"):
        yield folder / f"{language}.ftl", (folder / f"{language}.ftl").read_text()
    for file in JSON:
        for text in _texts(json.loads(file.read_text()), language):
            yield file, text


def _texts(node: Any, language: str) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(text := node.get(language), str):
            yield text
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _texts(part, language)


def pattern(not_said: str) -> re.Pattern[str]:
    """Whole words; an ellipsis stands for any ending."""
    begun = not_said.endswith("…")
    return re.compile(rf"\b{re.escape(not_said.rstrip('…'))}" + ("" if begun else r"\b"), re.IGNORECASE)


@pytest.mark.parametrize(("language", "not_said", "but"), NOT_SAID, ids=lambda part: str(part))
def test_nobody_says(language: str, not_said: str, but: str) -> None:
    wrong = pattern(not_said)
    assert {str(file.relative_to(ROOT)) for file, text in said_in(language) if wrong.search(text)} == set(), (
        but
    )


@pytest.mark.parametrize("language", CODES.values())
def test_the_words_files_and_the_reasons_are_read(language: str) -> None:
    names = {f"{file.parts[-3]}/{file.name}" for file, _ in said_in(language)}
    assert {f"intake/{language}.ftl", f"notification/{language}.ftl", f"chassis/{language}.ftl"} <= names
    assert {"verification/reasons.json", "integration_support/services-25.json"} <= names
    assert any(file.parent.name == "examples" for file, _ in said_in(language))


@pytest.mark.parametrize(
    ("not_said", "text", "found"),
    [
        ("регистр", "По регистру", False),
        ("регистр", "Регистр молчит", True),
        ("тіркелім…", "тіркелімнен", True),
    ],
)
def test_a_word_is_found_in_the_forms_that_are_written(not_said: str, text: str, found: bool) -> None:
    assert bool(pattern(not_said).search(text)) == found
