"""Sentences in three languages and four scripts."""

from pathlib import Path

import pytest

import chassis
from chassis.words import Words, disagreements

CHASSIS = Path(chassis.__file__).parent / "language"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kk.ftl").write_text("hello = Сәлем, { $name }!\n    .more = Қайда?\n", "utf-8")
    (tmp_path / "ru.ftl").write_text("hello = Здравствуйте, { $name }!\n    .more = Где?\n", "utf-8")
    (tmp_path / "en.ftl").write_text("hello = Hello, { $name }!\n    .more = Where?\n", "utf-8")
    return tmp_path


def test_a_sentence_is_said_in_the_language_asked_for(folder: Path) -> None:
    words = Words(folder)
    assert words.say("kk", "hello", name="Арман") == "Сәлем, Арман!"
    assert words.say("ru", "hello", name="Арман") == "Здравствуйте, Арман!"
    assert words.say("en", "hello.more") == "Where?"


def test_kazakh_in_arabic_script_is_made_from_kazakh(folder: Path) -> None:
    assert Words(folder).say("kk-Arab", "hello", name="Арман") == "سالەم، ارمان!"


def test_a_later_folder_replaces_a_sentence(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    later = tmp_path_factory.mktemp("later")
    for language in ("kk", "ru", "en"):
        (later / f"{language}.ftl").write_text("hello = 1\nnew = 2\n", "utf-8")
    words = Words(folder, later)
    assert words.say("en", "hello") == "1"
    assert words.say("en", "new") == "2"


@pytest.mark.parametrize(("language", "key"), [("en", "nothing"), ("en", "hello.none"), ("xx", "hello")])
def test_what_nobody_wrote_is_an_error(folder: Path, language: str, key: str) -> None:
    with pytest.raises(LookupError):
        Words(folder).say(language, key, name="")


def test_a_variable_that_is_not_given_is_an_error(folder: Path) -> None:
    with pytest.raises(LookupError):
        Words(folder).say("en", "hello")


def test_the_chassis_says_the_same_in_all_languages() -> None:
    assert disagreements(CHASSIS) == []


def test_a_missing_sentence_and_a_missing_variable_are_found(folder: Path) -> None:
    (folder / "ru.ftl").write_text("hello = Здравствуйте!\n", "utf-8")
    assert disagreements(folder) == [
        "hello: ru.ftl has the variables none, kk.ftl has the variables name",
        "hello.more: ru.ftl has no such key, kk.ftl has the variables none",
    ]


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "en.ftl").write_text("hello\n", "utf-8")
    with pytest.raises(ValueError, match=r"en\.ftl"):
        disagreements(folder)
