"""One reader's language: sentences, names, dates and times in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

import contracts.words as said
from chassis.arabic_script import to_arabic_script
from chassis.words import ARABIC, Words

#: Babel's own long forms end in an abbreviation with a full stop, which no sentence can end with.
_DATES = {"kk": "y 'жылғы' d MMMM", "ru": "d MMMM y 'года'", "en": "d MMMM y"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Says things in one language; times are told by the clock of `zone`."""

    words: Words
    language: str
    zone: ZoneInfo

    def say(self, key: str, args: Mapping[str, str | int] | None = None) -> str:
        told = {name: self._told(name, value) for name, value in (args or {}).items()}
        return self.words.say(self.language, key.replace("_", "-"), **told)

    def choose(self, words: said.Words) -> str:
        """One of a sentence's languages."""
        if self.language == ARABIC:
            return to_arabic_script(words.kk)
        chosen: str = getattr(words, self.language)
        return chosen

    def time(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{self._day(local.date())}, {local:%H:%M}"

    @property
    def _spoken(self) -> str:
        """Kazakh in Arabic script is written from the Cyrillic sentence as a whole."""
        return "kk" if self.language == ARABIC else self.language

    def _day(self, day: date) -> str:
        return str(format_date(day, _DATES[self._spoken], locale=self._spoken))

    def _told(self, name: str, value: str | int) -> str | int:
        match name:
            case "register" | "channel":
                return self.words.say(self._spoken, f"{name}-{value}")
            case "parked_in":
                return self.words.say(self._spoken, f"service-{value}")
            case "about":
                key = f"about-{str(value).replace('_', '-')}"
                return self.words.say(self._spoken, key) if self.words.knows(key) else value
            case "day" | "centre_day":
                return self._day(date.fromisoformat(str(value)))
            case "year":
                return str(value)  # a number would be grouped: 2 026
        return value
