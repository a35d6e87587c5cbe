"""Kazakh in Cyrillic written in Kazakh Arabic script (төте жазу), for display only.

Exact conversion cannot be promised (compounds, surnames, я/йа): names are matched on a folded key
elsewhere, never on what this module writes. Latin text, numbers, addresses stay as they are.
"""

import re

_LETTERS = {
    **dict(zip("абвгғдежз", "ابۆگعدەجز", strict=True)),
    **dict(zip("ийкқлмнңо", "ييكقلمنڭو", strict=True)),
    **dict(zip("прстуұфхһ", "پرستۋۇفحھ", strict=True)),
    **dict(zip("чшщыэәөүі", "چششىەاوۇى", strict=True)),
    "ц": "تس",
    "ё": "يو",
    "я": "يا",
    "ю": "يۋ",
    "ь": "",
    "ъ": "",
}
_PUNCTUATION = {"?": "؟", ",": "،", ";": "؛"}
_SOFT_MARK = "ء"
_SOFT_VOWELS = frozenset("әөүі")
_SOFT_BY_THEMSELVES = frozenset("екг")  # a word with one of these is read softly without the mark

_PIECE = re.compile(
    r"(?P<kept>(?:https?://|www\.)\S*[^\s.,;?!)»]|\S+@\S*[^\s.,;?!)»]|[A-Za-z][A-Za-z0-9_./-]*|[0-9]+(?:[.,:][0-9]+)*)"
    rf"|(?P<word>[{''.join(_LETTERS)}]+)"
    r"|(?P<sign>[?,;])",
    re.IGNORECASE,
)
_VOWEL_THEN_E = re.compile("(?<=[аәоөуұүыіэюя])е")


def to_arabic_script(text: str) -> str:
    """`text` in Kazakh Arabic script; what is not Cyrillic Kazakh or its punctuation is left alone."""
    return _PIECE.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    if word := found["word"]:
        return _word(word.lower())
    if sign := found["sign"]:
        return _PUNCTUATION[sign]
    return found[0]


def _word(word: str) -> str:
    letters = set(word)
    soft = bool(letters & _SOFT_VOWELS) and not letters & _SOFT_BY_THEMSELVES
    sounded = _VOWEL_THEN_E.sub("йе", word)  # Балаева is said and written with й
    written = "".join(_LETTERS[letter] for letter in sounded).replace("يي", "ي")
    return _SOFT_MARK + written if soft else written
