"""docs/glossary.md has words in all languages for whatever the contracts and the states of a case name."""

import inspect
from collections.abc import Iterator
from enum import StrEnum
from types import ModuleType

import pytest

from architecture.pages import page, quoted, rows
from contracts import EVENTS, intake, integration, notification, verification, words
from intake.domain.case import State

LANGUAGES = ("English", "қазақша", "русский")
WRITTEN = list(rows(page("glossary.md"), "in code", *LANGUAGES))
KNOWN = {word for row in WRITTEN for word in quoted(row["in code"])}


def _closed_sets(module: ModuleType) -> Iterator[type[StrEnum]]:
    for _, cls in inspect.getmembers(module, inspect.isclass):
        if issubclass(cls, StrEnum) and cls is not StrEnum:
            yield cls


@pytest.mark.parametrize("module", [words, intake, verification, notification, integration])
def test_every_member_of_a_closed_set_of_the_contracts_has_its_words(module: ModuleType) -> None:
    assert [str(one) for cls in _closed_sets(module) for one in cls if one not in KNOWN] == []


def test_both_halves_of_every_event_have_their_words() -> None:
    halves = {half for name in EVENTS for half in name.removeprefix("kz.qonys.").split(".")[:2]}
    assert halves - KNOWN == set()


def test_every_state_of_a_case_has_its_words() -> None:
    assert {str(state) for state in State} - KNOWN == set()


def test_every_word_is_there_in_all_languages() -> None:
    assert [row["in code"] for row in WRITTEN if not all(row[language] for language in LANGUAGES)] == []
