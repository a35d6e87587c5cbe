"""Everything that intake can say has words, in every language that people read."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

import intake
from chassis import service
from chassis.words import ARABIC, LANGUAGES, Words, disagreements
from contracts.notification import Channel, MessageSent
from intake.domain.case import Case, Entry, Home, Questionnaire, Referred, Silence, State
from intake.domain.news import NEWS
from intake.domain.waiting import NextStep
from intake.http.view import case_in_words
from intake.http.voice import Voice
from unit.intake.families import FAMILY, MOMENT, NOW, case_in, draft
from unit.intake.test_news import (
    BLOCKED,
    CLEAR,
    CONFIRMED,
    DELIVERED,
    ELIGIBLE,
    EVENTS,
    ISSUED,
    LATE,
    PAID,
    PLAN,
    PLAN_DONE,
    REASON,
    REFERRAL,
    SILENT,
)
from unit.notification.families import EVENTS as LETTERS

FOLDER = Path(intake.__path__[0]) / "words"
WORDS = Words(Path(service.__file__).parent / "language", FOLDER)
WISHES = Questionnaire(housing_intent="purchase", wants_work=True, wants_training=False)
SCHOOL = Referred(provider="school", since=NOW, due_on=date(2026, 5, 1))
SILENCE = Silence(register="labour", since=NOW, asked_again_at=NOW + timedelta(hours=1))
CITIZENS_ENTRIES = (
    Entry(number=1, at=NOW, code="draft_made"),
    Entry(number=2, at=NOW, code="application_submitted"),
    Entry(number=3, at=NOW, code="questionnaire_completed"),
    Entry(number=4, at=NOW, code="housing_chosen", args={"price": 6_500_000}),
    Entry(number=5, at=NOW, code="arrival_reported", args={"day": "2026-05-01"}),
    Entry(number=6, at=NOW, code="application_withdrawn"),
)
EVERY_LANGUAGE = pytest.mark.parametrize("language", [*LANGUAGES, ARABIC])


def voice(language: str) -> Voice:
    return Voice(words=WORDS, language=language, zone=ZoneInfo("Asia/Almaty"))


def heard_at(at: datetime, case: Case, *events: object) -> Case:
    for event in events:
        case = NEWS[type(event)](case, event, at)
    return case


def heard(case: Case, *events: object) -> Case:
    return heard_at(NOW, case, *events)


def lines_of(case: Case, language: str) -> list[str]:
    """The timeline's new sentences."""
    seen = case_in_words(case, case.fresh.entries, voice=voice(language), today=MOMENT.today)
    return [line["sentence"] for line in seen["timeline"]]


CASES = [
    draft(),
    *(case_in(state) for state in State),
    case_in(State.CHECKING, verified=True),
    case_in(State.CHECKING, silences={"labour/1": SILENCE}),
    case_in(State.PLACE_RESERVED, questionnaire=WISHES),
    case_in(State.CERTIFICATE_ISSUED, home=Home(price_tenge=1, kato="591010000")),
    *(case_in(State.SETTLING, referrals={7: state}, referred={7: SCHOOL}) for state in ("sent", "overdue")),
]


def test_all_languages_say_the_same_things_of_the_same_things() -> None:
    assert disagreements(FOLDER) == []


@EVERY_LANGUAGE
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.state)
def test_every_state_can_be_read(case: Case, language: str) -> None:
    seen = case_in_words(case, CITIZENS_ENTRIES, voice=voice(language), today=MOMENT.today)
    assert seen["state_words"]
    assert seen["next_step"]["sentence"]
    assert seen["waiting"] is None or seen["waiting"]["sentence"]


@EVERY_LANGUAGE
def test_every_event_has_a_line_on_the_timeline(language: str) -> None:
    assert {type(event) for event in EVENTS} == set(NEWS)
    case = heard(case_in(State.SUBMITTED), *EVENTS, LATE)
    lines = case_in_words(case, case.fresh.entries, voice=voice(language), today=MOMENT.today)["timeline"]
    assert len(lines) == len(EVENTS) + 1
    assert all(line["sentence"] for line in lines)


@EVERY_LANGUAGE
@pytest.mark.parametrize("step", list(NextStep))
def test_every_next_step_has_a_sentence(step: NextStep, language: str) -> None:
    assert voice(language).say(f"next-{step}")


def test_a_silent_register_is_named_with_its_times_by_the_citizens_clock() -> None:
    case = case_in(State.CHECKING, silences={"labour/1": SILENCE})
    awaited = case_in_words(case, (), voice=voice("ru"), today=MOMENT.today)["waiting"]
    assert awaited["for"] == "register_labour"
    assert awaited["sentence"].startswith("АИС «Рынок труда» пока не отвечает")
    assert "(с 2 марта 2026 года, 09:15)" in awaited["sentence"]
    assert "2 марта 2026 года, 10:15" in awaited["sentence"]


@EVERY_LANGUAGE
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.state)
def test_whatever_is_awaited_is_said_with_who_owes_it_and_since_when(case: Case, language: str) -> None:
    awaited = case_in_words(case, (), voice=voice(language), today=MOMENT.today)["waiting"]
    over = case.state in (State.SETTLED, State.WITHDRAWN)
    assert (awaited is None) == over
    assert over or (awaited["owed_by"] and "09:15" in awaited["sentence"])


@EVERY_LANGUAGE
def test_what_is_parked_here_comes_before_whatever_else_is_awaited(language: str) -> None:
    parked_at = NOW + timedelta(days=1, hours=1)
    seen = case_in_words(
        case_in(State.CHECKING), (), voice=voice(language), today=MOMENT.today, parked_at=parked_at
    )
    assert (seen["waiting"]["for"], seen["waiting"]["since"]) == ("operator", parked_at)
    assert "10:15" in seen["waiting"]["sentence"]


def test_a_provider_that_is_late_is_said_with_its_service_and_its_day() -> None:
    case = case_in(State.SETTLING, referrals={7: "overdue"}, referrals_total=2, referred={7: SCHOOL})
    awaited = case_in_words(case, (), voice=voice("en"), today=MOMENT.today)["waiting"]
    assert awaited["sentence"] == (
        "The provider of service No. 7 is late: it was due by 1 May 2026 (the referral was sent at "
        "2 March 2026, 09:15). We have reminded the provider. Services complete: 0 of 2."
    )
    assert {name: awaited[name] for name in ("owed_by", "provider", "due_on", "late", "service_no")} == {
        "owed_by": "providers",
        "provider": "school",
        "due_on": date(2026, 5, 1),
        "late": True,
        "service_no": 7,
    }


def test_a_checks_line_says_for_whom_and_by_which_register() -> None:
    case = heard(case_in(State.SUBMITTED), CONFIRMED, SILENT)
    assert not any(FAMILY[0].name.given in str(entry.args) for entry in case.fresh.entries)
    confirmed, silent = lines_of(case, "ru")
    assert confirmed == "Есіма — Реестр физических лиц (ГБД ФЛ): сведения подтверждены."
    assert silent.startswith("Есіма — Реестр документов об образовании: ответа нет")
    assert lines_of(case, ARABIC)[0].startswith("ەسىما — جەكە تۇلعالار")


def test_a_check_written_down_before_it_named_anybody_can_still_be_read() -> None:
    old = Entry(number=1, at=NOW, code="check_confirmed", args={"register": "persons"})
    seen = case_in_words(case_in(State.CHECKING), (old,), voice=voice("ru"), today=MOMENT.today)
    assert seen["timeline"][0]["sentence"].startswith("Член семьи — Реестр")


def test_a_messages_line_says_what_it_was_about() -> None:
    sent = MessageSent(message_id=uuid4(), channel=Channel.SMS, about="quota_reserved")
    case = heard(case_in(State.CHECKING), sent, replace(sent, about="not_known_here"))
    assert lines_of(case, "ru") == [
        "Вам отправлено сообщение (SMS): место закреплено.",
        "Вам отправлено сообщение (SMS): not_known_here.",
    ]


def test_every_letter_can_be_named_on_the_timeline() -> None:
    assert [about for about in LETTERS if not WORDS.knows(f"about-{about.replace('_', '-')}")] == []


def test_what_was_decided_at_one_moment_is_read_in_the_order_in_which_it_follows() -> None:
    later = NOW + timedelta(minutes=1)
    case = heard(case_in(State.ARRIVED), PLAN_DONE, REFERRAL, PLAN)
    case = heard_at(later, heard(case, CLEAR, ELIGIBLE, CONFIRMED), DELIVERED)
    seen = case_in_words(case, case.fresh.entries[::-1], voice=voice("en"), today=MOMENT.today)
    assert [line["code"] for line in seen["timeline"]] == [
        "plan_opened",
        "check_confirmed",
        "referral_sent",
        "verification_clear",
        "eligible",
        "plan_completed",
        "message_delivered",
    ]


def test_a_sentence_ends_with_one_full_stop() -> None:
    case = heard(case_in(State.CHECKING), LATE)
    assert lines_of(case, "ru")[0].endswith("срок: 6 мая 2026 года.")


def test_money_is_grouped_and_years_are_not() -> None:
    lines = case_in_words(
        heard(case_in(State.ARRIVED), PAID),
        heard(case_in(State.ARRIVED), PAID).fresh.entries,
        voice=voice("kk"),
        today=MOMENT.today,
    )["timeline"]
    assert lines[0]["sentence"].replace("\xa0", " ").startswith("Төлем мақұлданды: 7 028 125 ₸")
    assert (
        voice("ru").say("entry-quota-reserved", {"year": 2026, "people": 3}).startswith("В квоте 2026 года")
    )


def test_reasons_are_read_in_arabic_script_too() -> None:
    case = heard(case_in(State.CHECKING), BLOCKED)
    (reason,) = case_in_words(case, (), voice=voice(ARABIC), today=MOMENT.today)["reasons"]
    assert reason["says"] == "ق"
    assert reason["act"] == "№ 234 بۇيرىق"


def test_an_act_told_without_words_is_shown_as_it_was_told() -> None:
    blocked = replace(BLOCKED, reasons=(replace(REASON, act_words=None),))
    case = heard(case_in(State.CHECKING), blocked)
    (reason,) = case_in_words(case, (), voice=voice("ru"), today=MOMENT.today)["reasons"]
    assert reason["act"] == "Order 234 of 22.06.2023"


def test_referrals_are_summed_up() -> None:
    case = heard(case_in(State.ARRIVED), ISSUED, PLAN, REFERRAL)
    referrals = case_in_words(case, (), voice=voice("kk"), today=MOMENT.today)["referrals"]
    assert referrals == {
        "total": 2,
        "not_needed": 1,
        "sent": 1,
        "accepted": 0,
        "declined": 0,
        "done": 0,
        "overdue": 0,
        "services": [{"service_no": 7, "state": "sent"}],
    }


def test_a_draft_names_the_papers_that_are_missing() -> None:
    seen = case_in_words(draft(), (), voice=voice("kk"), today=MOMENT.today)
    assert len(seen["papers"]["missing"]) == 4
    assert (seen["waiting"]["for"], seen["next_step"]["code"]) == ("papers", "upload_papers")
    assert "4" in seen["waiting"]["sentence"]


def test_a_complete_draft_waits_for_its_submission() -> None:
    case = replace(case_in(State.DRAFT), submitted_at=None)
    seen = case_in_words(case, (), voice=voice("kk"), today=MOMENT.today)
    assert (seen["waiting"]["for"], seen["next_step"]["code"]) == ("submission", "submit")
