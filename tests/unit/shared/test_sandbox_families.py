"""Synthetic families: valid numbers, names in three scripts, the same seed the same family."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from contracts.intake import Kinship, PaperKind
from contracts.words import Category, Language
from sandbox.families import MOST_PEOPLE, Family, Wish, make_family
from sandbox.filing import application, papers, truth
from sandbox.iins import check_digit, synthetic_iin
from sandbox.names import to_arabic, to_latin
from sandbox.papers import Format, arabic_line, scan

wishes = st.builds(
    Wish,
    category=st.sampled_from(Category),
    language=st.sampled_from(Language),
    spouse=st.booleans(),
    children=st.integers(0, 8),
    parents=st.integers(0, 2),
    diploma=st.booleans(),
    occupation=st.sampled_from([None, "7212"]),
)
families = st.builds(make_family, st.integers(0, 228_124), wishes)
KANDAS = Wish(category=Category.KANDAS, language=Language.KAZAKH_ARABIC, diploma=False)


@pytest.mark.parametrize(("head", "digit"), [("90010110001", 4), ("90010110050", 0), ("90010110055", None)])
def test_the_check_digit_takes_a_second_pass_and_may_not_exist(head: str, digit: int | None) -> None:
    assert check_digit(head) == digit


@given(st.dates(date(1930, 1, 1), date(2025, 12, 31)), st.booleans(), st.integers(0, 9999))
def test_a_synthetic_iin_says_born_in_the_19th_century_so_nobody_can_have_it(
    born: date, male: bool, serial: int
) -> None:
    iin = synthetic_iin(born, male=male, serial=serial)
    assert iin is None or (
        len(iin) == 12 and iin[:6] == f"{born:%y%m%d}" and iin[6] == ("1" if male else "2")
    )


@given(families)
def test_every_member_has_a_valid_iin_of_the_own_birth_date_and_sex(family: Family) -> None:
    for member in family.members:
        assert member.iin[-1] == str(check_digit(member.iin[:11]))
        assert member.iin[:6] == f"{member.birth_date:%y%m%d}"
        assert member.iin[6] == ("1" if member.sex == "M" else "2")


@given(st.integers(0, 228_124), wishes)
def test_the_same_seed_and_wish_make_the_same_family(seed: int, wish: Wish) -> None:
    assert make_family(seed, wish) == make_family(seed, wish)


@given(st.sets(st.integers(0, 228_124), min_size=2, max_size=20))
def test_no_two_families_share_a_person(seeds: set[int]) -> None:
    iins = [m.iin for seed in seeds for m in make_family(seed, Wish(children=4, parents=2)).members]
    assert len(iins) == len(set(iins))


@given(families)
def test_every_name_can_be_written_in_three_scripts(family: Family) -> None:
    for name in (member.name for member in family.members):
        assert re.fullmatch(r"[А-Яа-яӘәҒғҚқҢңӨөҰұҮүҺһІі]+", name.family + name.given)
        assert re.fullmatch(r"[A-Z]+", name.latin().family + name.latin().given)
        assert re.fullmatch(r"[\u0621-\u06d5]+", name.arabic().family + name.arabic().given)


@pytest.mark.parametrize(
    ("word", "latin", "arabic"),
    [
        ("Нұрлан", "NURLAN", "نۇرلان"),
        ("Сәуле", "SAULE", "ساۋلە"),
        ("Үміт", "UMIT", "ءۇمىت"),
        ("Ілияс", "ILIIAS", "ءىلياس"),
        ("Жандос", "ZHANDOS", "جاندوس"),
        ("Айгүл", "AIGUL", "ايگۇل"),
        ("Толғанай", "TOLGANAI", "تولعاناي"),
    ],
)
def test_names_are_written_as_passports_and_papers_of_kandas_write_them(
    word: str, latin: str, arabic: str
) -> None:
    assert (to_latin(word), to_arabic(word)) == (latin, arabic)


@given(families)
def test_there_is_one_applicant_who_can_work_and_parents_who_are_older_than_children(family: Family) -> None:
    applicants = [m for m in family.members if m.kinship is Kinship.APPLICANT]
    assert len(applicants) == 1
    assert applicants[0].able_to_work
    children = [m.age for m in family.members if m.kinship is Kinship.CHILD]
    assert max(children, default=0) < 16 < applicants[0].age


@given(families)
def test_the_registers_know_everybody_and_every_paper_of_the_application(family: Family) -> None:
    people = truth(family).people
    assert [person.iin for person in people] == [m["iin"] for m in application(family)["members"]]
    known = {d.number for person in people for d in person.documents}
    known |= {d.number for person in people for d in person.diplomas}
    known |= {person.kandas.number for person in people if person.kandas}
    assert {paper.number for paper in papers(family)} <= known


def test_a_kandas_family_writes_in_arabic_script_and_has_a_status_certificate() -> None:
    family = make_family(7, KANDAS)
    written = "".join(chain.from_iterable(m["name"].values() for m in application(family)["members"]))
    assert re.fullmatch(r"[\u0621-\u06d5]+", written)
    kinds = [paper.kind for paper in papers(family)]
    assert kinds.count(PaperKind.KANDAS_CERTIFICATE) == 1
    assert PaperKind.EDUCATION not in kinds


def test_a_family_too_large_for_the_serials_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 16 people"):
        make_family(1, Wish(children=MOST_PEOPLE))


@pytest.mark.parametrize("form", ["pdf", "png", "jpeg"])
@pytest.mark.parametrize("kind", PaperKind)
def test_a_scan_is_the_same_bytes_each_time_and_opens_as_what_it_says(form: Format, kind: PaperKind) -> None:
    paper = replace(papers(make_family(7, KANDAS))[0], kind=kind)
    file = scan(paper, form)
    assert file == scan(paper, form)
    assert len(file) < 200_000
    if form == "pdf":
        assert file.startswith(b"%PDF-")
    else:
        with Image.open(BytesIO(file)) as image:
            assert image.format == form.upper()


@settings(max_examples=20)
@given(st.integers(0, 228_124))
def test_arabic_script_is_drawn_in_joined_letters(seed: int) -> None:
    holder = papers(make_family(seed, KANDAS))[0].holder
    assert re.fullmatch(r"[\u06d5\ufb50-\ufdff\ufe70-\ufeff ]+", arabic_line(holder))
