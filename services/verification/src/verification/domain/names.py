"""The same name in Cyrillic, Kazakh Arabic script and passport Latin: matched on folded keys.

Exact conversion between the scripts cannot be promised, so nothing here is for display. `folded` keeps what
Arabic script and Cyrillic both write; `coarse` gives up also what ASCII Latin cannot tell apart.
"""

import re
import unicodedata
from itertools import pairwise

_ARABIC = str.maketrans(
    {
        **dict(zip("ابۆگعدەجزيىكقلمن", "абвгғдежзиыкқлмн", strict=True)),
        **dict(zip("ڭوپرستۋۇفحھچش", "ңопрстуұфххчш", strict=True)),
        **dict(zip("یکهةآأٱ", "икххааа", strict=True)),  # the same letters from other keyboards
        **dict.fromkeys("ءٴـ\u200c\u200d", ""),  # softness is folded away, so is lengthening
    }
)
_CYRILLIC = str.maketrans(
    {
        **dict(zip("яюёщэць", ("йа", "йу", "йо", "ш", "е", "с", ""), strict=True)),
        **dict(zip("ъәөүіһ", ("", "а", "о", "ұ", "ы", "х"), strict=True)),
    }
)
#: Soft vowels written as one sign each; normalisation would take them apart in the wrong order.
_SOFT_SIGNS = str.maketrans(dict(zip("\u0675\u0676\u0677\u0678", "аоұы", strict=True)))
#: Latin of passports and of Uzbek papers; longest first.
_LATIN = (
    *zip(("shch", "sh", "ch", "zh", "kh", "gh", "ye", "ts"), "шшчжхгес", strict=True),
    *zip(("yu", "iu", "ya", "ia", "yo", "o'", "g'"), ("иу", "иу", "иа", "иа", "ио", "о", "г"), strict=True),
    *zip("abcdefghijklmnopqrstuvwxyz", "абкдефгхижклмнопкрстуввхиз", strict=True),
)
_LATIN_LETTERS = dict(_LATIN)
_LATIN_PIECE = re.compile("|".join(re.escape(piece) for piece, _ in _LATIN))
_COARSE = str.maketrans({"қ": "к", "ғ": "г", "ң": "н", "ұ": "у", "ы": "и"})
_QUOTES = str.maketrans(dict.fromkeys("ʻʼ‘’`´", "'"))

#: Endings by which one family's names differ: gender, and the ways to say "son of", "daughter of".
_ENDINGS = re.compile(r"(?<=..)(?:ұлы|ули|қызы|кызы|кизи|[оеи]?[ое]вич|[оеи]?[ое]вна|и?[ое]ва?|ина?)$")


def folded(text: str) -> str:
    """The key of a Cyrillic or Arabic text: equal for one word in either script, most of the time."""
    plain = unicodedata.normalize("NFKC", text.translate(_SOFT_SIGNS)).lower()
    cyrillic = plain.translate(_ARABIC).translate(_CYRILLIC).replace("й", "и")
    return _collapsed("".join(sign for sign in cyrillic if sign.isalpha()))


def coarse(text: str) -> str:
    """The key of a text in any of the scripts: equal also with its spelling in a passport's Latin letters."""
    spelled = text.lower().translate(_QUOTES)
    cyrillic = _LATIN_PIECE.sub(lambda piece: _LATIN_LETTERS[piece[0]], spelled)
    return _undoubled(folded(cyrillic).translate(_COARSE))


def same_name(claimed: str, *known: str | None) -> bool:
    """Whether `claimed` is one of the spellings that a register knows."""
    return any(one == other for one, other in (_keys(claimed, name) for name in known if name))


def same_family_name(claimed: str, *known: str | None) -> bool:
    """As `same_name`, for surnames and patronymics: endings do not count (-ов, -ова, ұлы, қызы, -ович)."""
    return any(_stem(one) == _stem(other) for one, other in (_keys(claimed, name) for name in known if name))


def _keys(one: str, other: str) -> tuple[str, str]:
    key = coarse if _is_latin(one) or _is_latin(other) else folded
    return key(one), key(other)


def _stem(key: str) -> str:
    return _ENDINGS.sub("", key)


def _is_latin(text: str) -> bool:
    return any("a" <= sign <= "z" for sign in text.lower())


def _collapsed(key: str) -> str:
    """иы, ыи and ии are one sound in writing that varies; so is е after a vowel, said and written йе."""
    return re.sub("(?<=[аеоұу])ие", "е", re.sub("[иы]?и[иы]?", "и", key))


def _undoubled(key: str) -> str:
    return key[:1] + "".join(after for before, after in pairwise(key) if before != after)
