"""Which papers a family has to show, and which kind of file a content is."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from contracts.intake import Kinship, Member, PaperKind
from contracts.words import Category
from intake.domain.case import FiledPaper

#: From this age people have identity documents of their own (Law 73-V of 29.01.2013 on identity documents).
IDENTITY_AGE = 16

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_PDF = b"%PDF-"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class MediaType(StrEnum):
    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"


class DamagedError(ValueError):
    """The content begins like a file of ours and does not go on like one: cut off or broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A paper that one member has to show; a kind of `instead` is as good."""

    member_id: UUID
    kind: PaperKind
    instead: tuple[PaperKind, ...] = ()

    def met_by(self, papers: Iterable[FiledPaper]) -> bool:
        return any(
            paper.member_id == self.member_id and paper.kind in (self.kind, *self.instead) for paper in papers
        )


def required(category: Category, members: Sequence[Member], *, on: date) -> list[Requirement]:
    """All papers of a family, by ages on a day (Order 234 of 22.06.2023, list of documents)."""
    return [need for member in members for need in _of_member(category, member, on)]


def missing(
    category: Category, members: Sequence[Member], papers: Sequence[FiledPaper], *, on: date
) -> list[Requirement]:
    """The required papers that nobody has uploaded yet."""
    return [need for need in required(category, members, on=on) if not need.met_by(papers)]


def age(born: date, on: date) -> int:
    """Full years on a day; nobody is younger than 0."""
    return max(0, on.year - born.year - ((on.month, on.day) < (born.month, born.day)))


def _of_member(category: Category, member: Member, on: date) -> Iterable[Requirement]:
    if category is Category.KANDAS and member.kinship is Kinship.APPLICANT:
        yield Requirement(member_id=member.member_id, kind=PaperKind.KANDAS_CERTIFICATE)
    yield _identity(category, member, on)
    if member.diploma_number is not None:
        yield Requirement(member_id=member.member_id, kind=PaperKind.EDUCATION)


def _identity(category: Category, member: Member, on: date) -> Requirement:
    if age(member.birth_date, on) < IDENTITY_AGE:
        return Requirement(member_id=member.member_id, kind=PaperKind.BIRTH_CERTIFICATE)
    if category is Category.KANDAS:
        own = (PaperKind.IDENTITY_CARD, PaperKind.PASSPORT)
        return Requirement(member_id=member.member_id, kind=PaperKind.FOREIGN_PASSPORT, instead=own)
    return Requirement(
        member_id=member.member_id, kind=PaperKind.IDENTITY_CARD, instead=(PaperKind.PASSPORT,)
    )


def media_type(content: bytes) -> MediaType | None:
    """What a content is, whatever it is called; None when it is none of ours. Raises `DamagedError`."""
    for magic, kind, is_whole in _KINDS:
        if content.startswith(magic):
            if not is_whole(content):
                raise DamagedError(f"{kind.value} of {len(content)} bytes is cut off or broken")
            return kind
    return None


def _whole_pdf(content: bytes) -> bool:
    end = content[-2048:]
    return b"startxref" in end and b"%%EOF" in end


def _whole_png(content: bytes) -> bool:
    """Walks the chunks (PNG, ISO/IEC 15948): header first with a size, each checksum right, end last."""
    place, kinds = len(_PNG), list[bytes]()
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        ends = place + 8 + length
        if ends + 4 > len(content):
            return False
        if zlib.crc32(content[place + 4 : ends]) != int.from_bytes(content[ends : ends + 4], "big"):
            return False
        kinds.append(kind)
        if kind == b"IEND":
            return kinds[0] == b"IHDR" and b"IDAT" in kinds
        place = ends + 4
    return False


def _whole_jpeg(content: bytes) -> bool:
    """Walks the segments (ITU-T T.81) to the picture itself; it has a frame before and an end after."""
    place, framed = 2, False
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == 0xFF:  # a fill byte
            place += 1
            continue
        framed |= marker in _JPEG_FRAMES
        if marker == 0xDA:
            # Inside the picture these two bytes cannot stand; cameras write notes of their own behind them.
            return framed and b"\xff\xd9" in content[place:]
        place += 2 + length
    return False


_KINDS = (
    (_PDF, MediaType.PDF, _whole_pdf),
    (_PNG, MediaType.PNG, _whole_png),
    (_JPEG, MediaType.JPEG, _whole_jpeg),
)
