"""docs/glossary.md has words in all languages for whatever the contracts, the rules and the kernel name."""

from enum import StrEnum
from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import walk_packages
from types import ModuleType

import pytest

from architecture.pages import page, quoted, rows
from architecture.workspace import SERVICES
from contracts import EVENTS
from intake.domain.papers import MediaType

LANGUAGES = ("English", "қазақша", "русский")
CHAPTERS = {part.partition("\n")[0]: part for part in page("glossary.md").split("\n## ")}
WRITTEN = list(rows(page("glossary.md"), "in code", *LANGUAGES))
#: The names of these are not ours: IANA's list of media types.
NAMED_BY_OTHERS = {MediaType}


def _closed_sets(*packages: str) -> list[type[StrEnum]]:
    """All that these packages declare, and what lies in them."""
    modules = [module for name in packages for module in _modules(import_module(name))]
    classes = [
        cls
        for module in modules
        for _, cls in getmembers(module, isclass)
        if cls.__module__ == module.__name__
    ]
    return [cls for cls in classes if issubclass(cls, StrEnum) and cls not in NAMED_BY_OTHERS]


def _modules(package: ModuleType) -> list[ModuleType]:
    names = [module.name for module in walk_packages(package.__path__, f"{package.__name__}.")]
    return [package, *map(import_module, names)]


def _known(*chapters: str) -> set[str]:
    text = "\n".join(CHAPTERS[name] for name in chapters)
    return {word for row in rows(text, "in code", *LANGUAGES) for word in quoted(row["in code"])}


def _named(cls: type) -> str:
    return f"{cls.__module__}.{cls.__name__}"


DOMAINS = [f"{service.source.name}.domain" for service in SERVICES]
#: What citizens and officers speak of. The kernel's words are apart: its `failed` is no message's `failed`.
SPOKEN = _known(*(CHAPTERS.keys() - {"The kernel"}))
KERNEL = _known("The kernel")


@pytest.mark.parametrize("cls", _closed_sets("contracts", *DOMAINS), ids=_named)
def test_every_member_of_a_closed_set_has_its_words(cls: type[StrEnum]) -> None:
    assert [str(one) for one in cls if one not in SPOKEN] == []


@pytest.mark.parametrize("cls", _closed_sets("messaging"), ids=_named)
def test_every_member_of_a_closed_set_of_the_kernel_has_its_words_there(cls: type[StrEnum]) -> None:
    assert [str(one) for one in cls if one not in KERNEL] == []


def test_both_halves_of_every_event_have_their_words() -> None:
    halves = {half for name in EVENTS for half in name.removeprefix("kz.qonys.").split(".")[:2]}
    assert halves - SPOKEN == set()


def test_every_word_is_there_in_all_languages() -> None:
    assert [row["in code"] for row in WRITTEN if not all(row[language] for language in LANGUAGES)] == []
