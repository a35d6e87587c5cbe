"""How news becomes a letter and an SMS in the citizen's language.

A letter says, in this order: what was decided, why (with the act), what to do next, whom to call. Its plain
text and its HTML are made from the same paragraphs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from uuid import UUID

from babel.dates import format_date

from chassis.regions import region_of
from chassis.words import ARABIC, Words
from contracts.words import Reason
from contracts.words import Words as Sentence
from notification.domain.case import Letter, Recipient
from notification.domain.news import Fact, Money, News, Place

_RIGHT_TO_LEFT = "\u200f"  # makes a line of plain text begin at the right, whatever letter it opens with
_NO_BREAK = "\u00a0"
_DATES = {"kk": "y 'жылғы' d MMMM", "ru": "d MMMM y 'года'", "en": "d MMMM y"}

Paragraph = tuple[str, ...]  # its lines
Arguments = dict[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scribe:
    """Writes. `phones` holds career centres' numbers by the region's KATO, `hotline` is for all others."""

    words: Words
    hotline: str
    phones: Mapping[str, str]

    def letter(self, news: News, recipient: Recipient, *, application_id: UUID) -> Letter:
        """An e-mail's subject, plain text and HTML."""
        language = recipient.language.value
        arguments = self._arguments(news, language)
        paragraphs = list(self._paragraphs(news, recipient, arguments, application_id))
        return Letter(
            to=recipient.email,
            language=recipient.language,
            subject=self._say(language, news.about, "subject", arguments),
            text=_plain(paragraphs, language),
            html=_html(paragraphs, language),
        )

    def sms(self, news: News, recipient: Recipient, *, application_id: UUID) -> Letter:
        """One short text; the case number is shortened to its first group."""
        language = recipient.language.value
        said = self._say(language, news.about, "sms", self._arguments(news, language))
        text = _begin(language) + self.words.say(language, "sms", said=said, number=str(application_id)[:8])
        return Letter(to=recipient.phone, text=text, language=recipient.language)

    def _paragraphs(
        self, news: News, recipient: Recipient, arguments: Arguments, application_id: UUID
    ) -> Iterator[Paragraph]:
        language = recipient.language.value
        yield (self.words.say(language, "greeting", name=_addressed(recipient)),)
        yield (self._say(language, news.about, "what", arguments),)
        if news.reasons:
            yield (self.words.say(language, "why"),)
        for reason in news.reasons:
            yield self._reason(reason, language)
        yield (self._say(language, news.about, "next", arguments),)
        yield (
            self.words.say(
                language,
                "contact",
                region=_place_name(recipient.region, language),
                phone=self.phones.get(recipient.region, self.hotline),
            ),
            self.words.say(language, "case-number", number=str(application_id)),
        )
        yield (self.words.say(language, "signature"), self.words.say(language, "automatic"))

    def _reason(self, reason: Reason, language: str) -> Paragraph:
        act = _plainly(reason.act_words, language) if reason.act_words else reason.act
        says = self.words.say(language, "reason", says=_plainly(reason.says, language).rstrip("."), act=act)
        if reason.remedy is None:
            return (says,)
        return says, self.words.say(language, "remedy", remedy=_plainly(reason.remedy, language))

    def _say(self, language: str, about: str, part: str, arguments: Arguments) -> str:
        return self.words.say(language, f"{about.replace('_', '-')}.{part}", **arguments)

    def _arguments(self, news: News, language: str) -> Arguments:
        return {name: _written(fact, language) for name, fact in news.facts.items()}


def _written(fact: Fact, language: str) -> str | int:
    match fact:
        case Money(tenge):
            return f"{tenge:,}".replace(",", _NO_BREAK) + f"{_NO_BREAK}₸"
        case Place(kato):
            return _place_name(kato, language)
        case date():
            spoken = _spoken(language)
            return str(format_date(fact, _DATES[spoken], locale=spoken))
        case _:
            return fact


def _spoken(language: str) -> str:
    """Arabic script is written from the Kazakh sentence, so its facts are written in Kazakh first."""
    return "kk" if language == ARABIC else language


def _place_name(kato: str, language: str) -> str:
    region = region_of(kato)
    name: str = getattr(region.names, _spoken(language)) if region else kato
    return name


def _plainly(sentence: Sentence, language: str) -> str:
    said: str = getattr(sentence, _spoken(language))
    return said


def _addressed(recipient: Recipient) -> str:
    return " ".join(filter(None, (recipient.name.given, recipient.name.patronymic)))


def _plain(paragraphs: list[Paragraph], language: str) -> str:
    begin = _begin(language)
    return "\n\n".join("\n".join(begin + line for line in lines) for lines in paragraphs) + "\n"


def _begin(language: str) -> str:
    return _RIGHT_TO_LEFT if language == ARABIC else ""


def _html(paragraphs: list[Paragraph], language: str) -> str:
    direction = "rtl" if language == ARABIC else "ltr"
    body = "\n".join(f"<p>{'<br>'.join(map(escape, lines))}</p>" for lines in paragraphs)
    return f'<!doctype html>\n<html lang="{language}" dir="{direction}"><body>\n{body}\n</body></html>\n'
