"""Letters and SMS are whole, short and in the reader's language."""

from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from chassis.words import disagreements
from contracts.words import Language
from notification.channels.mime import mime
from notification.domain.case import Letter, Recipient, recipient_of
from notification.domain.news import NEWS, News, news_of
from unit.notification.families import (
    EVENTS,
    FAMILY,
    KOSTANAY,
    NOW,
    OFFICE,
    REASON,
    SUBMITTED,
    WORDS,
    in_language,
)

LETTERS = Path(__file__).parent / "letters"
READ_BY_PEOPLE = [
    "verification_clear",
    "verification_blocked",
    "quota_waitlisted",
    "certificate_issued",
    "payment_authorised",
]
#: Two parts of an SMS beyond the Latin alphabet: 67 characters each (3GPP TS 23.038 and 23.040).
TWO_PARTS = 134


def news(about: str) -> News:
    return news_of(EVENTS[about], contact_by=date(2026, 3, 3))


def letter(about: str, recipient: Recipient) -> Letter:
    return OFFICE.scribe.letter(news(about), recipient, application_id=FAMILY)


def reader(language: Language) -> Recipient:
    return recipient_of(in_language(language))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("about", READ_BY_PEOPLE)
def test_a_letter_reads_as_the_one_that_people_have_read(about: str, language: Language) -> None:
    written = letter(about, reader(language))
    golden = (LETTERS / f"{about}.{language.value}.txt").read_text(encoding="utf-8")
    assert f"{written.subject}\n\n{written.text}" == golden


def test_every_event_that_a_citizen_hears_of_has_its_letter() -> None:
    assert {type(event) for event in EVENTS.values()} == NEWS.keys()
    assert [name for name in EVENTS if news(name).about != name] == []


def test_all_languages_have_the_same_sentences_and_variables() -> None:
    assert disagreements(WORDS) == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("about", EVENTS)
def test_an_sms_is_at_most_two_parts_long_and_names_the_case(about: str, language: Language) -> None:
    sms = OFFICE.scribe.sms(news(about), reader(language), application_id=FAMILY)
    assert len(sms.text) <= TWO_PARTS
    assert "0195d2a0" in sms.text
    assert (sms.to, sms.subject, sms.html) == ("+77010000001", "", "")


@pytest.mark.parametrize("about", ["verification_blocked", "not_eligible", "payment_refused"])
def test_a_refusal_says_why_by_which_act_and_what_to_do(about: str) -> None:
    text = letter(about, reader(Language.RUSSIAN)).text
    assert "Номера диплома нет в реестре (приказ № 234 от 22.06.2023)." in text
    assert "Что можно сделать: Возьмите справку в учебном заведении." in text


def test_a_reason_told_before_acts_had_words_names_its_act_as_it_was_told() -> None:
    told = replace(EVENTS["payment_refused"], reasons=(replace(REASON, act_words=None),))  # type: ignore[type-var]
    said = news_of(told, contact_by=date(2026, 3, 3))
    text = OFFICE.scribe.letter(said, reader(Language.RUSSIAN), application_id=FAMILY).text
    assert "(Order 234 of 22.06.2023)." in text


def test_what_speaks_for_a_family_is_not_argued() -> None:
    assert "234" not in letter("eligible", reader(Language.RUSSIAN)).text


def test_a_letter_names_the_career_centres_own_number_where_there_is_one() -> None:
    there = recipient_of(replace(SUBMITTED, region_to=KOSTANAY))
    assert "+7 000 000-00-00" in letter("eligible", there).text
    assert "1414" in letter("eligible", reader(Language.KAZAKH)).text


def test_arabic_script_runs_from_right_to_left_in_text_and_html() -> None:
    written = letter("certificate_issued", reader(Language.KAZAKH_ARABIC))
    assert all(line.startswith("\u200f") for line in written.text.splitlines() if line)
    assert '<html lang="kk-Arab" dir="rtl">' in written.html
    assert not any("\u0400" <= character <= "\u04ff" for character in written.text)


def test_a_home_within_the_cap_needs_no_mortgage_in_the_letter() -> None:
    paid = replace(EVENTS["payment_authorised"], mortgage_tenge=0)  # type: ignore[type-var]
    said = news_of(paid, contact_by=date(2026, 3, 3))
    text = OFFICE.scribe.letter(said, reader(Language.RUSSIAN), application_id=FAMILY).text
    assert "ипотека" not in text


def test_what_a_person_wrote_cannot_become_html() -> None:
    name = replace(SUBMITTED.members[1].name, given="<b>Нұрлан</b>")
    applicant = replace(SUBMITTED.members[1], name=name)
    written = letter("eligible", recipient_of(replace(SUBMITTED, members=(applicant,))))
    assert "&lt;b&gt;Нұрлан&lt;/b&gt;" in written.html


def test_a_mail_message_has_a_stable_id_and_both_forms() -> None:
    written = letter("certificate_issued", reader(Language.KAZAKH))
    sealed = mime(written, message_id=UUID(int=9), sender="no-reply@qonys.kz", sender_name="Qonys", now=NOW)
    message = message_from_bytes(sealed, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message["Message-ID"] == "<00000000-0000-0000-0000-000000000009@qonys.kz>"
    assert message["Subject"] == "Экономикалық ұтқырлық сертификаты берілді"
    assert (message["Content-Language"], message["Auto-Submitted"]) == ("kk", "auto-generated")
    plain, html = message.iter_parts()
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert plain.get_content().replace("\r\n", "\n") == written.text
    assert html.get_content_type() == "text/html"
