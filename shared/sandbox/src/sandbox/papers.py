"""Scans of papers that nobody could take for real: every one is marked ҮЛГІ / SPECIMEN across its face."""

from datetime import datetime
from functools import cache
from io import BytesIO
from random import Random
from typing import Literal

import fontpkg
from arabic_reshaper import reshape
from PIL import Image, ImageDraw, ImageFont

from contracts.intake import PaperKind
from sandbox.filing import Paper

Format = Literal["pdf", "png", "jpeg"]

_SIZE = (1000, 640)
_TITLES = {
    PaperKind.IDENTITY_CARD: "ЖЕКЕ КУӘЛІК · УДОСТОВЕРЕНИЕ ЛИЧНОСТИ · IDENTITY CARD",
    PaperKind.PASSPORT: "ПАСПОРТ · PASSPORT",
    PaperKind.FOREIGN_PASSPORT: "ШЕТЕЛ ПАСПОРТЫ · ИНОСТРАННЫЙ ПАСПОРТ · FOREIGN PASSPORT",
    PaperKind.BIRTH_CERTIFICATE: "ТУУ ТУРАЛЫ КУӘЛІК · СВИДЕТЕЛЬСТВО О РОЖДЕНИИ · BIRTH CERTIFICATE",
    PaperKind.EDUCATION: "ДИПЛОМ · DIPLOMA",
    PaperKind.KANDAS_CERTIFICATE: "ҚАНДАС КУӘЛІГІ · УДОСТОВЕРЕНИЕ КАНДАСА · KANDAS CERTIFICATE",
}
_MARK = "ҮЛГІ · SPECIMEN"
#: Written into PDF files, so that the same paper is the same bytes (and the same SHA-256) each time.
_MADE_AT = datetime(2026, 1, 1).timetuple()  # noqa: DTZ001 - a PDF's date, not a moment
_TEH_MARBUTA, _AE = "ة", "ە"
_AE_FORMS = {0xFE93: 0x06D5, 0xFE94: 0xFEEA}


def scan(paper: Paper, form: Format) -> bytes:
    """The paper as a file; the same paper gives the same bytes."""
    sheet = _scanned(_draw(paper), Random(paper.number))
    file = BytesIO()
    match form:
        case "pdf":
            sheet.save(
                file, "PDF", resolution=150, creationDate=_MADE_AT, modDate=_MADE_AT, producer="sandbox"
            )
        case "jpeg":
            sheet.save(file, "JPEG", quality=80)
        case "png":
            sheet.convert("L").save(file, "PNG")  # a grey scan
    return file.getvalue()


def _draw(paper: Paper) -> Image.Image:
    card = Image.new("RGB", _SIZE, "#f4f1e4")
    pen = ImageDraw.Draw(card)
    pen.rectangle((12, 12, _SIZE[0] - 12, _SIZE[1] - 12), outline="#2a7f8f", width=4)
    pen.text(
        (_SIZE[0] // 2, 70), _TITLES[paper.kind], font=_font("noto-sans", 24), fill="#124c57", anchor="mm"
    )
    _portrait(pen)
    lines = (
        ("Аты-жөні / Ф.И.О. / Name", paper.holder),
        ("Туған күні / Дата рождения / Born", f"{paper.birth_date:%d.%m.%Y}"),
        ("№", paper.number),
    )
    for row, (label, value) in enumerate(lines):
        top = 160 + row * 120
        pen.text((320, top), label, font=_font("noto-sans", 20), fill="#5a6a6e")
        _write(pen, (320, top + 32), value)
    card.paste("#c02020", mask=_mark())
    return card


def _portrait(pen: ImageDraw.ImageDraw) -> None:
    """A grey outline, nobody's face."""
    pen.rectangle((60, 150, 280, 430), fill="#dfe5e2")
    pen.ellipse((125, 190, 215, 300), fill="#a9b5b2")
    pen.pieslice((85, 310, 255, 550), 180, 360, fill="#a9b5b2")


def _write(pen: ImageDraw.ImageDraw, place: tuple[int, int], text: str) -> None:
    if any("\u0600" <= letter <= "\u06ff" for letter in text):
        pen.text(place, arabic_line(text), font=_font("noto-sans-arabic", 38), fill="black")
    else:
        pen.text(place, text, font=_font("noto-sans", 34), fill="black")


def arabic_line(text: str) -> str:
    """The letters in their joined forms, from left to right as a plain pen needs them.

    Done here and not by the drawing library, whose shaping depends on what the machine has installed.
    The reshaper does not know ە: it joins as ة does, and is put back afterwards.
    """
    joined: str = reshape(text.replace(_AE, _TEH_MARBUTA))
    return joined.translate(_AE_FORMS)[::-1]


@cache
def _mark() -> Image.Image:
    """The mark as a mask over the whole card."""
    layer = Image.new("L", _SIZE, 0)
    centre = (_SIZE[0] // 2, _SIZE[1] // 2 + 40)
    ImageDraw.Draw(layer).text(centre, _MARK, font=_font("noto-sans", 96), fill=90, anchor="mm")
    return layer.rotate(24, center=centre)


def _scanned(card: Image.Image, random: Random) -> Image.Image:
    """Slightly askew on a white sheet, as scanners give it."""
    sheet = Image.new("RGB", (_SIZE[0] + 100, _SIZE[1] + 100), "white")
    sheet.paste(card, (50, 50))
    return sheet.rotate(random.uniform(-1.5, 1.5), Image.Resampling.BILINEAR, fillcolor="white")


@cache
def _font(family: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(fontpkg.path(family)), size, layout_engine=ImageFont.Layout.BASIC)
