"""Kazakh names of people who do not exist, in the three scripts they are written in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

Sex = Literal["M", "F"]
SEXES: tuple[Sex, Sex] = ("M", "F")

_words = str.split

_MEN = _words(
    "Нұрлан Ерлан Асқар Бауыржан Дәурен Қайрат Мұрат Рүстем Серік Талғат Ұлан Жандос Ілияс Әділет Мақсат"
)
_WOMEN = _words(
    "Айгүл Әсел Гүлнар Динара Жанар Қарлығаш Ләззат Мәдина Нұргүл Раушан Сәуле Толғанай Үміт Шолпан Інжу"
)
_ROOTS = _words("Сейіт Ахмет Оспан Жұмабек Қасым Тілеу Бекен Үсен Әбдір Сүлеймен Ешмұрат Нұрмағамбет")

#: Machine-readable travel documents: ICAO 9303 letters, as Kazakhstan's passports use them.
_PASSPORT = dict(
    zip(
        "абвгғдезийкқлмнңопрстуұүфхһчшыіәөэ",
        _words("A B V G G D E Z I I K K L M N N O P R S T U U U F KH H CH SH Y I A O E"),
        strict=True,
    )
) | {"ж": "ZH", "ц": "TS", "щ": "SHCH", "я": "IA", "ю": "IU", "ё": "E", "ь": "", "ъ": ""}
#: Kazakh in Arabic script (төте жазу): letters, with soft vowels written as their hard pairs.
_ARABIC = dict(
    zip("абвгғдезйкқлмнңопрстуұүфхһчшыіәөэи", "ابۆگعدەزيكقلمنڭوپرستۋۇۇفحھچشىىاوەي", strict=True)
) | {"ж": "ج", "ц": "تس", "щ": "ش", "я": "يا", "ю": "يۋ", "ё": "يو", "ь": "", "ъ": ""}
_SOFT_SIGN = "ء"
_SOFT = re.compile("[әөүі]")
_SOFT_WITHOUT_SIGN = re.compile("[екг]")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in one script."""

    family: str
    given: str
    patronymic: str | None = None

    def latin(self) -> "Name":
        """As in a passport: ASCII capitals, without the patronymic."""
        return Name(to_latin(self.family), to_latin(self.given))

    def arabic(self) -> "Name":
        """As in the papers of a kandas from China."""
        patronymic = to_arabic(self.patronymic) if self.patronymic else None
        return Name(to_arabic(self.family), to_arabic(self.given), patronymic)


def given_names(random: Random, sex: Sex) -> Iterator[str]:
    """All given names in some order, each once: nobody in a family is named as another."""
    names = _MEN if sex == "M" else _WOMEN
    return iter(random.sample(names, len(names)))


def family_root(random: Random) -> str:
    """What a family name is made of: Kazakhs abroad bear it as it is, at home with «ов», «ова»."""
    return random.choice(_ROOTS)


def full_name(root: str, *, given: str, father: str, sex: Sex, abroad: bool = False) -> Name:
    """Makes the family name of its root and the patronymic of the father's name."""
    ending = "" if abroad else "ов" if sex == "M" else "ова"
    return Name(root + ending, given, f"{father}{'ұлы' if sex == 'M' else 'қызы'}")


def to_latin(word: str) -> str:
    """Kazakh Cyrillic as ICAO 9303 letters."""
    return "".join(_PASSPORT.get(letter, letter) for letter in word.lower())


def to_arabic(word: str) -> str:
    """One Kazakh Cyrillic word in Arabic script; ء marks a soft word that has neither е nor к nor г."""
    lower = word.lower()
    written = "".join(_ARABIC.get(letter, letter) for letter in lower).replace("يي", "ي")
    marked = _SOFT.search(lower) and not _SOFT_WITHOUT_SIGN.search(lower)
    return _SOFT_SIGN + written if marked else written
