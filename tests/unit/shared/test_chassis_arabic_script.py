"""Kazakh in Arabic script, tried on pairs from published texts."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.arabic_script import to_arabic_script

_LINES = (Path(__file__).parent / "script-pairs.tsv").read_text("utf-8").splitlines()
PAIRS = list(csv.DictReader(_LINES, delimiter="\t"))


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["cyrillic"] for pair in PAIRS])
def test_a_published_word_is_written_as_it_was_published(pair: dict[str, str]) -> None:
    assert to_arabic_script(pair["cyrillic"]) == pair["arabic"]


@pytest.mark.parametrize(
    "kept",
    ["https://qonys.kz/kk?a=1,2;b", "a.b@example.kz", "PDF", "7028125", "1,5", "12:30", "2026-01-31"],
)
def test_latin_text_numbers_and_addresses_stay(kept: str) -> None:
    assert to_arabic_script(f"Құжат {kept} дайын") == f"قۇجات {kept} دايىن"


def test_punctuation_takes_its_arabic_form() -> None:
    assert to_arabic_script("Дайын ба? Иә, PDF; жақсы.") == "دايىن با؟ ءيا، PDF؛ جاقسى."


@pytest.mark.parametrize(
    ("cyrillic", "arabic"),
    [
        ("өмір", "ءومىر"),
        ("кісі", "كىسى"),
        ("үй", "ءۇي"),
        ("қария", "قاريا"),
        ("ел-жұрт", "ەل-جۇرت"),
        ("цех", "تسەح"),
    ],
)
def test_softness_is_marked_once_and_only_where_needed(cyrillic: str, arabic: str) -> None:
    assert to_arabic_script(cyrillic) == arabic


@given(st.text("абвгғдежзийкқлмнңопрстуұүфхһцчшщыіэюяәөьъё АБҒІ?,;", max_size=60))
def test_no_cyrillic_letter_is_left(text: str) -> None:
    assert not any("а" <= letter.lower() <= "ӿ" for letter in to_arabic_script(text))


@given(st.text(max_size=60))
def test_what_was_converted_is_not_converted_again(text: str) -> None:
    once = to_arabic_script(text)
    assert to_arabic_script(once) == once
