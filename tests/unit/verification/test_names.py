"""Names are matched across Cyrillic, Kazakh Arabic script and passport Latin."""

from itertools import combinations
from pathlib import Path

import pytest

from sandbox.families import make_family
from verification.domain.names import coarse, folded, same_family_name, same_name

PAIRS = [
    line.split("\t")
    for line in (Path(__file__).parent / "script-pairs.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


def test_every_known_pair_of_arabic_and_cyrillic_words_has_one_key() -> None:
    assert len(PAIRS) == 53
    assert [(a, c) for a, c in PAIRS if folded(a) != folded(c)] == []


@pytest.mark.parametrize(
    ("said", "registered"),
    [
        ("NURLAN", "Нұрлан"),
        ("ZHANSAYA", "Жансая"),
        ("YERLAN", "Ерлан"),
        ("KHADISHA", "Хадиша"),
        ("O‘tkir", "Өткір"),
        ("Qayrat", "Қайрат"),
        ("نۇرلان", "Нұрлан"),
        ("ءالىم", "Әлім"),
        ("نۇرلان", "NURLAN"),
        ("ﻧﯘﺭﻻﻥ", "Нұрлан"),  # presentation forms, as copied from a PDF
        ("Сауле", "Сауле "),
        ("Юлия", "يۋليا"),
    ],
)
def test_one_name_in_two_scripts_is_the_same(said: str, registered: str) -> None:
    assert same_name(said, registered)


@pytest.mark.parametrize(
    ("said", "registered"), [("Ерлан", "Нұрлан"), ("Айман", "Айна"), ("AIGUL", "Айнұр"), ("نۇرلان", "Ерлан")]
)
def test_two_names_are_not_the_same(said: str, registered: str) -> None:
    assert not same_name(said, registered)


@pytest.mark.parametrize(
    ("said", "registered"),
    [
        ("Балаева", "Балаев"),
        ("AKHMETOVA", "Ахметов"),
        ("Ерланұлы", "Ерланович"),
        ("Ерланқызы", "Ерлановна"),
        ("سەيتقازىۇلى", "Сейтқазыұлы"),
    ],
)
def test_endings_of_surnames_and_patronymics_do_not_count(said: str, registered: str) -> None:
    assert same_family_name(said, registered)


def test_another_surname_is_another() -> None:
    assert not same_family_name("Мысалов", "Үлгібаев")


def test_nothing_known_matches_nothing() -> None:
    assert not same_name("Ерлан", None, "")


def test_generated_people_match_in_all_three_scripts_and_nobody_else() -> None:
    """1,600 synthetic people: each script's spelling matches both others; 30 given names stay apart."""
    names = [person.name for seed in range(400) for person in make_family(seed).members]
    for name in names:
        arabic, latin = name.arabic(), name.latin()
        for said, known in ((arabic, name), (latin, name), (arabic, latin)):
            assert same_name(said.given, known.given), (said, known)
            assert same_family_name(said.family, known.family), (said, known)
    given = sorted({name.given for name in names})
    assert [(a, b) for a, b in combinations(given, 2) if same_name(a, b) or coarse(a) == coarse(b)] == []
