"""An event told by somebody else is checked whole before anybody decides on it."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from contracts import UnreadableError, is_ours, open_event, read_envelope, seal, topics
from contracts.integration import ReferralAnswered, ReplyKind

NOW = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
ANSWER = ReferralAnswered(referral_id=uuid4(), reply=ReplyKind.DECLINED, because="no capacity")


def told_by_a_provider(source: str = "urn:qonys:provider:1") -> bytes:
    return seal(ANSWER, event_id=uuid4(), source=source, subject=uuid4(), time=NOW)


def test_a_providers_reply_is_read() -> None:
    assert open_event(read_envelope(told_by_a_provider())) == ANSWER


@pytest.mark.parametrize("source", ["urn:qonys:provider:1", "/qonys/integration-support"])
def test_a_providers_reply_beyond_its_bounds_is_refused_whoever_it_says_it_is(source: str) -> None:
    body = told_by_a_provider(source).replace(b"no capacity", b"x" * 501)
    with pytest.raises(UnreadableError, match="because"):
        open_event(read_envelope(body))


def test_topics_are_ours_or_somebody_elses_and_unknown_ones_are_not_ours() -> None:
    assert [topic for topic in topics() if not is_ours(topic)] == ["providers.replies.v1"]
    assert not is_ours("partners.payments.v1")
