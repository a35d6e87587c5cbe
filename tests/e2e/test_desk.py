"""The operator's desk: a message that nobody can read, from its parking place to its end."""

import json

from console.layout import SERVICES
from e2e.day import NO_ZONE, WITH_ZONE, Day

PARKED_IN = {"verification/1", "notification/1", "integration-support/1"}


def test_whoever_hears_it_parks_it_under_its_family(day: Day) -> None:
    rows = day.told("parked")
    assert {row["message"] for row in rows} == PARKED_IN
    assert {row["subject"] for row in rows} == {day.typed["apply"]["out"].strip()}
    assert all(name in day.said("parked in words") for name in PARKED_IN)


def test_whoever_asks_for_the_case_learns_who_owes_the_decision(day: Day) -> None:
    case = day.told("case")
    assert set(case["parked"]) == PARKED_IN
    assert case["owed"][0].startswith(
        "An operator owes verification a decision on verification/1, parked since"
    )


def test_an_officer_reads_it_in_intake_which_asks_nobody(day: Day) -> None:
    """By events alone: each of the three has told that it waits, and then that it goes on."""
    waiting, after = day.told("case")["waiting"], day.told("case after")["waiting"]
    assert (waiting["for"], waiting["owed_by"]) == ("operator", "operator")
    assert set(waiting["parked_in"]) == {name.partition("/")[0] for name in PARKED_IN}
    assert "An operator owes a decision on a message about this case (since " in waiting["sentence"]
    assert (after["for"], after["parked_in"]) == ("questionnaire", [])


def test_status_names_it_and_is_not_well(day: Day) -> None:
    assert day.code("status") == 1
    (said,) = [one for one in day.told("status")["troubles"] if "verification" in one]
    assert said.startswith("1 message waits for a person in verification: qonys parked list --folder ")


def test_the_logs_of_errors_say_it_and_nothing_less(day: Day) -> None:
    lines = [json.loads(line) for line in day.typed["errors"]["out"].splitlines()]
    assert {line["level"] for line in lines} == {"error"}
    parked = {line["service"] for line in lines if line["event"] == "message_parked"}
    assert parked == {name.partition("/")[0] for name in PARKED_IN}


def test_it_is_shown_whole(day: Day) -> None:
    shown = day.told("show")
    assert json.loads(shown["body"])["time"] == NO_ZONE
    assert "$.time" in shown["error"]
    assert "Traceback" in shown["traceback"]


def test_driven_on_as_it_is_it_stays(day: Day) -> None:
    assert day.code("not mended") == 1
    assert (day.told("not mended")["settled"], day.told("not mended")["left"]) == (0, 1)


def test_mended_it_says_what_deciding_it_would_do_and_does_nothing_yet(day: Day) -> None:
    for name in ("mend", "dry run"):
        assert day.code(name) == 0, day.said(name)
        assert (day.told(name)["settled"], day.told(name)["left"]) == (1, 0)
        assert day.told(name)["told"] == ["verification.decisions.v1"]
    shown = day.told("show mended")
    assert json.loads(shown["body"])["time"] == WITH_ZONE
    assert [(act["act"], act["reason"]) for act in shown["acts"]] == [("mended", "the time had no zone")]


def test_driven_on_it_is_decided(day: Day) -> None:
    assert day.code("redrive") == 0, day.said("redrive")
    told = [json.loads(event)["type"] for event in day.typed["events"]["out"].splitlines()]
    assert "kz.qonys.quota.released.v1" in told
    assert day.code("gone") == 1
    assert "qonys parked list" in day.said("gone")


def test_discarded_it_is_gone_for_good(day: Day) -> None:
    assert (day.code("discard"), day.code("discard rest")) == (0, 0)
    assert day.told("discard")["left"] == 0
    assert day.told("parked after") == []


def test_all_that_was_told_is_told_again(day: Day) -> None:
    counts = day.told("republish")
    assert set(counts) == set(SERVICES)
    assert counts["verification"] > counts["intake"] > 0


def test_a_token_opens_the_desk_to_operators_only(day: Day) -> None:
    assert day.answers == {"OPS": 200, "CITIZEN": 403}
