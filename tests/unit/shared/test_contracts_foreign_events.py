"""An event told by somebody else is checked whole before anybody decides on it."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from contracts import UnreadableError, open_event, read_envelope, seal
from contracts.integration import ReferralAnswered, ReplyKind

NOW = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
ANSWER = ReferralAnswered(referral_id=uuid4(), reply=ReplyKind.DECLINED, because="no capacity")


def told_by_a_provider() -> bytes:
    return seal(ANSWER, event_id=uuid4(), source="urn:qonys:provider:1", subject=uuid4(), time=NOW)


def test_a_providers_reply_is_read() -> None:
    assert open_event(read_envelope(told_by_a_provider())) == ANSWER


def test_a_providers_reply_beyond_its_bounds_is_refused() -> None:
    body = told_by_a_provider().replace(b"no capacity", b"x" * 501)
    with pytest.raises(UnreadableError, match="because"):
        open_event(read_envelope(body))
