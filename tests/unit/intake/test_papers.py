"""Which papers a family has to show, and which contents are papers at all."""

import struct
import zlib
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.intake import Kinship, PaperKind
from contracts.words import Category
from intake.domain.papers import DamagedError, MediaType, age, media_type, missing, required
from unit.intake.families import FAMILY, MOMENT, draft, member, with_papers

TODAY = MOMENT.today


def _png(*kinds: bytes) -> bytes:
    chunks = (
        struct.pack(">I", 4) + kind + b"body" + struct.pack(">I", zlib.crc32(kind + b"body"))
        for kind in kinds
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


PNG = _png(b"IHDR", b"IDAT", b"IEND")
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x04cd\xff\xda\x00\x04efpicture\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\nstartxref\n9\n%%EOF\n"


def _kinds(category: Category, place: int = 0) -> set[PaperKind]:
    wanted = FAMILY[place].member_id
    return {need.kind for need in required(category, FAMILY, on=TODAY) if need.member_id == wanted}


def test_a_resettler_with_a_diploma_shows_his_card_and_the_diploma() -> None:
    assert _kinds(Category.RESETTLER) == {PaperKind.IDENTITY_CARD, PaperKind.EDUCATION}


def test_a_kandas_applicant_shows_the_status_and_the_foreign_passport() -> None:
    kinds = {PaperKind.KANDAS_CERTIFICATE, PaperKind.FOREIGN_PASSPORT, PaperKind.EDUCATION}
    assert _kinds(Category.KANDAS) == kinds


@pytest.mark.parametrize("category", list(Category))
def test_a_child_shows_its_birth_certificate(category: Category) -> None:
    assert _kinds(category, place=2) == {PaperKind.BIRTH_CERTIFICATE}


@pytest.mark.parametrize(
    ("on", "kind"),
    [(date(2031, 8, 31), PaperKind.BIRTH_CERTIFICATE), (date(2031, 9, 1), PaperKind.IDENTITY_CARD)],
)
def test_from_the_sixteenth_birthday_on_an_identity_card_is_wanted(on: date, kind: PaperKind) -> None:
    child = member(2, Kinship.CHILD, date(2015, 9, 1))
    assert [need.kind for need in required(Category.RESETTLER, [child], on=on)] == [kind]


def test_nothing_is_missing_once_every_paper_is_there() -> None:
    case = with_papers(draft())
    assert missing(case.category, case.members, case.papers, on=TODAY) == []


def test_a_passport_is_as_good_as_an_identity_card() -> None:
    need = required(Category.RESETTLER, FAMILY[1:2], on=TODAY)[0]
    assert need.instead == (PaperKind.PASSPORT,)


@given(st.dates(max_value=TODAY))
def test_an_age_grows_by_one_on_each_birthday(born: date) -> None:
    assert age(born, TODAY) in (TODAY.year - born.year, TODAY.year - born.year - 1)
    assert age(born, born) == 0


@pytest.mark.parametrize(
    ("content", "kind"), [(PNG, MediaType.PNG), (JPEG, MediaType.JPEG), (PDF, MediaType.PDF)]
)
def test_a_file_is_what_its_content_says(content: bytes, kind: MediaType) -> None:
    assert media_type(content) is kind


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"PK\x03\x04", b"<html>", b"MZ\x90\x00", b" %PDF-1.7"])
def test_anything_else_is_no_paper(content: bytes) -> None:
    assert media_type(content) is None


@pytest.mark.parametrize("content", [PNG, JPEG, PDF])
def test_a_file_that_was_cut_off_is_damaged(content: bytes) -> None:
    for length in range(8, len(content) - 6):
        with pytest.raises(DamagedError):
            media_type(content[:length])


def test_what_a_camera_writes_behind_a_picture_does_not_matter() -> None:
    assert media_type(JPEG + b"notes of a camera" * 100) is MediaType.JPEG


def test_a_picture_with_one_wrong_byte_is_damaged() -> None:
    with pytest.raises(DamagedError):
        media_type(PNG.replace(b"body", b"bode", 1))


@given(st.sampled_from([PNG[:8], JPEG[:3], PDF[:5]]), st.binary(max_size=300))
def test_no_content_makes_the_check_fail_otherwise(magic: bytes, rest: bytes) -> None:
    with suppress(DamagedError):
        assert media_type(magic + rest) is not None
