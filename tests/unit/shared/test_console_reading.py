"""Events in words, and decisions read from two topics without a common order."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from console.decisions import Decision, Watch
from console.events import in_words
from console.load import spread
from contracts import seal
from contracts.integration import PlanCompleted
from contracts.verification import EligibilityDecided, QuotaReserved
from contracts.words import Category, Reason, Words

NOW = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)


def test_an_event_is_one_line_with_its_facts() -> None:
    subject, plan_id = uuid4(), uuid4()
    event = PlanCompleted(plan_id=plan_id, done=21, declined=0)
    body = seal(event, event_id=uuid4(), source="urn:test", subject=subject, time=NOW)
    assert in_words(body.decode()) == (
        f"05:30:00.000 {subject} plan.completed           plan_id={plan_id} done=21 declined=0"
    )


def test_reasons_are_shown_by_their_codes() -> None:
    words = Words(kk="а", ru="б", en="c")
    reason = Reason(code="no_diploma", act="Order 234", says=words)
    event = EligibilityDecided(eligible=False, rule_set="2026", reasons=(reason,))
    body = seal(event, event_id=uuid4(), source="urn:test", subject=uuid4(), time=NOW)
    assert in_words(body.decode()).endswith("eligible=False rule_set=2026 reasons=no_diploma")


def test_what_is_no_event_is_shown_as_it_is() -> None:
    assert in_words("{not json") == "unreadable: '{not json'"


def test_a_decision_counts_from_its_submission_whichever_is_read_first() -> None:
    subject = str(uuid4())
    reserved = QuotaReserved(year=2026, region="590000000", category=Category.RESETTLER, people=4)
    watch = Watch({subject}, on_decision=lambda: None)
    watch.hear(subject, reserved, NOW + timedelta(seconds=2))
    watch.submitted(subject, NOW)
    assert watch.decisions == {subject: Decision("place reserved", 2.0)}


def test_a_spread_names_the_middle_and_the_slowest_hundredth() -> None:
    measured = spread([place / 1000 for place in range(1, 201)])
    assert (measured.p50_ms, measured.p99_ms) == (100.0, 198.0)
