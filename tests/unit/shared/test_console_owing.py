"""Why a case waits, said as who owes what since when."""

import re
from dataclasses import replace
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from console.case import TOLD_OTHERWISE, _show
from console.owing import OWED, OWED_MESSAGES, Known, debts, owed
from intake.http.view import OFFICERS_READ

ALMATY = timezone(timedelta(hours=5))
TODAY = date(2026, 3, 2)
SINCE = "2026-03-02T06:00:00Z"
WHEN = "02.03.2026 11:00:00"  # the same in Almaty
SERVICES = Path(__file__).parents[3] / "services"
WORDS = SERVICES / "intake" / "src" / "intake" / "words" / "en.ftl"


def known(state: str = "checking", awaited: str | None = "registers", **more: Any) -> Known:
    waiting = awaited and {
        "for": awaited,
        "since": SINCE,
        "by": None,
        "sentence": "We wait.",
        "parked_in": more.pop("parked_in", ()),
    }
    case = {"state": state, "waiting": waiting, "contact_by": more.pop("by", None)}
    return Known(case=case, **more)


def said(of: Known) -> list[str]:
    return debts(of, zone=ALMATY, today=TODAY)


def parked(message: str, at: str = SINCE) -> dict[str, str]:
    return {"message": message, "parked_at": at}


def message(state: str, about: str = "eligible", channel: str = "email") -> dict[str, Any]:
    return {"channel": channel, "about": about, "state": state, "cause": None, "changed_at": SINCE}


def service(no: int, state: str, due_on: str | None = None) -> dict[str, Any]:
    return {"service_no": no, "state": state, "name": "Housing", "provider": "akimat", "due_on": due_on}


def test_everything_that_intake_can_wait_for_is_owed_by_somebody() -> None:
    assert set(re.findall(r"^waiting-([a-z]+) =", WORDS.read_text(), flags=re.MULTILINE)) == set(OWED)


def test_a_silent_register_is_named_with_the_time_of_the_next_question() -> None:
    waiting = {
        "for": "register_education",
        "since": "2026-03-02T06:00:00+00:00",
        "by": "2026-03-02T06:01:00Z",
    }
    assert owed(waiting, ALMATY) == (
        "The education register owes verification an answer since 02.03.2026 11:00:00; "
        "it is asked again at 02.03.2026 11:01:00."
    )


@pytest.mark.parametrize("awaited", sorted(set(OWED) - {"register", "operator"}))
def test_a_debt_has_a_debtor_and_a_beginning(awaited: str) -> None:
    assert said(known("any", awaited)) == [f"{OWED[awaited]} since 02.03.2026 11:00:00."]


def test_what_is_parked_comes_first_for_the_rest_may_be_out_of_date() -> None:
    rows = [
        parked("verification/3"),
        parked("verification/7", "2026-03-02T07:00:00Z"),
        parked("notification/1"),
    ]
    first, second, rest = said(known(parked=rows))
    assert first == (
        "An operator owes verification a decision on verification/3, parked since 02.03.2026 11:00:00; "
        "1 more waits behind it."
    )
    assert "notification/1" in second
    assert rest.startswith("The state registers owe")


def test_what_intake_has_parked_is_said_once() -> None:
    (debt,) = said(known("checking", "operator", parked_in=["intake"], parked=[parked("intake/3")]))
    assert debt.startswith("An operator owes intake a decision on intake/3")


def test_what_is_parked_where_the_desk_does_not_answer_is_said_by_intake() -> None:
    of = known("any", "operator", parked_in=["notification", "verification"], unasked=["notification"])
    debt, unasked = said(replace(of, parked=[parked("verification/3")]))[1:]
    assert debt == "An operator owes a decision in notification, verification since 02.03.2026 11:00:00."
    assert unasked == "What waits in notification is not known: it does not answer."


def test_the_provider_that_is_due_first_is_named_with_its_day() -> None:
    plan = {
        "services": [
            service(1, "done", "2026-03-02"),
            service(2, "sent", "2026-03-20"),
            service(3, "accepted", "2026-03-17"),
            service(4, "not_applicable"),
        ]
    }
    assert said(known("settling", "services", plan=plan)) == [
        "The provider akimat owes service no. 3 (Housing) by 17.03.2026; "
        "2 of 3 services are open since 02.03.2026 11:00:00."
    ]
    plan["services"][2]["due_on"] = "2026-03-01"
    assert "and is late, it was due on 01.03.2026" in said(known("settling", "services", plan=plan))[0]


def test_that_a_family_was_not_reached_is_said_first_and_then_what_did_not_arrive() -> None:
    why, what = said(known("place_reserved", "call", messages=[message("failed")]))
    assert why == f"{OWED['call']} since {WHEN}."
    assert what.startswith(f"The career centre owes the family a call since {WHEN}: no letter")


@pytest.mark.parametrize("awaited", sorted(TOLD_OTHERWISE))
def test_an_officers_sentence_is_not_shown_as_what_the_family_reads(
    awaited: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Line: `waiting["for"] in TOLD_OTHERWISE` in `case._show`."""
    waiting = {"for": awaited, "sentence": "Only for officers."}
    found = {"state_words": "Waits", "waiting": waiting, "next_step": {"sentence": "Look."}, "reasons": []}
    _show({**found, "timeline": []}, ["Why."])
    shown = capsys.readouterr().out
    assert "The family reads: Look." in shown
    assert "Only for officers." not in shown


def test_what_intake_tells_officers_otherwise_is_known_here() -> None:
    assert set(OFFICERS_READ) == TOLD_OTHERWISE


def test_a_case_that_is_over_waits_for_nobody() -> None:
    assert said(known("settled", None)) == ["Nothing is awaited: the case is over."]


@pytest.mark.parametrize(
    ("state", "debt"),
    [
        ("created", "Notification owes the family the letter about eligible since 02.03.2026 11:00:00."),
        ("sending", "The SMS gateway owes notification the receipt of the letter about eligible"),
        ("failed", "The career centre owes the family a call since 02.03.2026 11:00:00: no letter about"),
    ],
)
def test_what_the_family_was_not_told_is_owed_besides(state: str, debt: str) -> None:
    answer, besides = said(known(messages=[message("sent", "application_received"), message(state)]))
    assert answer.startswith("The state registers owe")
    assert besides.startswith(debt)


def test_a_family_that_was_told_on_another_channel_was_told() -> None:
    assert len(said(known(messages=[message("failed"), message("delivered", channel="sms")]))) == 1


def test_every_state_in_which_a_message_has_not_arrived_is_owed_by_somebody() -> None:
    page = (SERVICES.parent / "docs" / "notification-http.md").read_text()
    states = set(re.findall(r"^\| `([a-z]+)` \| ", page, flags=re.MULTILINE))
    assert states == {*OWED_MESSAGES, "sent", "delivered", "unconfirmed"}


@pytest.mark.parametrize(("by", "debts"), [("2026-03-02", 2), ("2026-03-01", 1)], ids=["today", "past"])
def test_the_career_centre_owes_its_call_until_the_day_is_over(by: str, debts: int) -> None:
    assert len(said(known(by=by))) == debts


def test_a_service_that_does_not_answer_is_named() -> None:
    assert said(known(unasked=["notification"]))[1:] == [
        "What waits in notification is not known: it does not answer."
    ]
