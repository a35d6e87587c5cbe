"""Strangers tell on a topic that we hear: what they say is checked, what they say of themselves is nothing.

Each docstring names the line that gives the guarantee: the test fails when that line is deleted.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from console.broker import Broker, create_topics
from console.postgres import Postgres
from contracts import seal
from contracts.integration import REPLIES, ReferralAnswered, ReplyKind
from support.probe import PARTITIONS, Probe, family, probing_apart, running
from support.remembering import withdrawn


@pytest.fixture(scope="module")
async def answering(postgres: Postgres, broker: Broker) -> AsyncIterator[Probe]:
    """A probe with one running kernel that hears providers, too."""
    async with probing_apart(postgres, broker) as probe:
        await create_topics(broker.servers, [probe.prefix + REPLIES], partitions=PARTITIONS)
        async with running(probe.make_kernel(hears=[ReferralAnswered])):
            yield probe


async def test_a_provider_that_says_it_is_one_of_us_is_checked_all_the_same(answering: Probe) -> None:
    """Line: `if not is_ours(spec_of(cls).topic)` in `open_event`."""
    one = family()
    await answering.send((one, replied(one, "x" * 501)), topic=REPLIES)
    (parked,) = await answering.parked(1, one)
    assert parked["error"].startswith("UnreadableError: kz.qonys.referral.answered.v1: because")


async def test_a_provider_cannot_take_an_id_of_ours_away(answering: Probe) -> None:
    """Line: `ours=is_ours(topic) …` in `reading._arrival`: under our id it would make us pass over our own
    event, as one that was settled."""
    one, stolen = family(), uuid4()
    await answering.send((one, replied(one, "mine", event_id=stolen)), topic=REPLIES)
    await answering.heard(one, "mine")
    await answering.send((one, withdrawn(one, "ours", event_id=stolen)))
    await answering.heard(one, "mine", "ours")


async def test_a_provider_cannot_tell_an_event_of_ours(answering: Probe) -> None:
    """Line: `if misplaced` in `reading._arrival`; `and not misplaced` keeps the id that it claims free."""
    one, claimed = family(), uuid4()
    await answering.send((one, withdrawn(one, "forged", event_id=claimed)), topic=REPLIES)
    (parked,) = await answering.parked(1, one)
    assert "is told on intake.applications.v1 and nowhere else" in parked["error"]
    assert parked["id"] != claimed
    assert await answering.said(one) == []


def replied(subject: UUID, because: str, *, event_id: UUID | None = None) -> bytes:
    """A provider's reply as bytes, which says that it is from us, and whose `because` may be too long."""
    body = seal(
        ReferralAnswered(referral_id=uuid4(), reply=ReplyKind.DECLINED, because="…"),
        event_id=event_id or uuid4(),
        source="/qonys/intake",
        subject=subject,
        time=datetime.now(UTC),
    )
    return body.replace("…".encode(), because.encode())
