"""What notification knows of families comes back from the database as it went in, many at a time."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis.database import Pool
from chassis.migrations import migrate
from contracts.notification import Channel
from contracts.words import Language
from notification.app import BLUEPRINT
from notification.domain.case import (
    Case,
    CitizenMessage,
    ContactTask,
    Fresh,
    Held,
    Letter,
    State,
    message_key,
    recipient_of,
)
from notification.domain.news import CHECK_WAITS
from notification.store import cases
from notification.store.letters import read_letter
from unit.notification.families import CLEAR, EVENTS, NORTH, NOW, SUBMITTED, in_language

MANY = 300


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=2) as pool:
        async with pool.acquire() as conn:
            await migrate(conn, BLUEPRINT.identity.migrations)
        yield pool


async def saved(pool: Pool, *those: Case) -> dict[UUID, Case]:
    async with pool.acquire() as conn, conn.transaction():
        await cases.save(conn, those)
    return await loaded(pool, *those)


async def loaded(pool: Pool, *those: Case) -> dict[UUID, Case]:
    """The cases as they are in the database, with all messages that they have here."""
    named = [message_key(message_id) for case in those for message_id in case.messages]
    async with pool.acquire() as conn:
        found = await cases.load(conn, [*(case.application_id for case in those), *named])
    return {case.application_id: found[case.application_id] for case in those}


def letter(text: str = "Т") -> Letter:
    return Letter(to="ulgi@example.kz", text=text, language=Language.KAZAKH_ARABIC, subject="С", html="<p>")


def known(number: int = 0) -> Case:
    application_id = uuid4()
    case = Case(application_id=application_id).begun(recipient_of(in_language(Language.KAZAKH_ARABIC)))
    for place, state in enumerate(State):
        cause = "mailbox_refused" if state is State.FAILED else None
        message = CitizenMessage(
            message_id=uuid4(),
            channel=list(Channel)[(place + number) % 2],
            about="eligible",
            created_at=NOW,
            state=state,
            cause=cause,
        )
        case = case.with_message(message, letter())
    task = ContactTask(task_id=uuid4(), region=NORTH, due_on=date(2026, 3, 3), requested_at=NOW)
    about = replace(task, task_id=uuid4(), referral_id=uuid4(), service_no=21)
    return case.with_contact(task).with_contact(about)


def as_loaded(case: Case) -> Case:
    return replace(case, letters={}, fresh=Fresh(), messages=MappingProxyType(dict(case.messages)))


async def test_many_cases_come_back_as_they_were(pool: Pool) -> None:
    those = [known(number) for number in range(MANY)]
    back = await saved(pool, *those)
    assert all(back[case.application_id] == as_loaded(case) for case in those)
    assert all(list(back[c.application_id].messages) == list(c.messages) for c in those)


async def test_a_letter_is_read_by_its_message(pool: Pool) -> None:
    case = known()
    await saved(pool, case)
    for message_id in case.messages:
        assert await read_letter(pool, message_id) == letter()
    with pytest.raises(LookupError, match="has no letter"):
        await read_letter(pool, uuid4())


async def test_a_message_that_went_on_is_written_over_and_its_letter_is_not(pool: Pool) -> None:
    case = known()
    before = (await saved(pool, case))[case.application_id]
    first = next(iter(before.messages.values()))
    after = before.with_changed(replace(first, state=State.FAILED, cause="no_receipt"))
    assert (await saved(pool, after))[case.application_id] == as_loaded(after)
    assert await read_letter(pool, first.message_id) == letter()


async def test_news_that_waits_for_its_application_comes_back_in_the_order_it_was_said(pool: Pool) -> None:
    application_id = uuid4()
    news = tuple(
        Held(message_id=uuid4(), event=event, time=NOW + timedelta(minutes=minute))
        for minute, event in enumerate([CLEAR, *EVENTS.values()])
    )
    case = Case(application_id=application_id, held=tuple(reversed(news)))
    back = (await saved(pool, case))[application_id]
    assert back == replace(case, held=news, messages=MappingProxyType({}))
    told = back.begun(recipient_of(SUBMITTED))
    assert (await saved(pool, told))[application_id] == as_loaded(told)


async def test_of_old_messages_only_those_come_along_that_a_decision_may_be_about(pool: Pool) -> None:
    case = known()
    said, *rest = [*case.messages.values()]
    case = replace(case, messages={said.message_id: said})
    for message in rest:
        about = CHECK_WAITS if message.state is State.DELIVERED else message.about
        case = case.with_changed(replace(message, about=about))
    await saved(pool, case)
    named = next(one for one in rest if one.state is State.FAILED)
    async with pool.acquire() as conn:
        found = await cases.load(conn, [case.application_id, message_key(named.message_id)])
    back = found[case.application_id]
    assert [one.state for one in back.messages.values()] == [State.CREATED, State.FAILED, State.DELIVERED]
    assert back.written == len(case.messages)


async def test_what_did_not_change_is_not_written_again(pool: Pool) -> None:
    """Line: `case.fresh.messages` in `cases._message_rows`."""
    case = known()
    back = (await saved(pool, case))[case.application_id]
    await pool.execute("UPDATE messages SET about = 'changed by hand', state = 'sent', cause = NULL")
    more = CitizenMessage(message_id=uuid4(), channel=Channel.SMS, about="eligible", created_at=NOW)
    (after,) = (await saved(pool, back.with_message(more, letter()))).values()
    assert [one.state for one in after.messages.values()] == [*[State.SENT] * len(State), State.CREATED]
    assert after.messages[more.message_id].place == len(State)


async def test_a_family_of_which_nothing_was_heard_is_left_out(pool: Pool) -> None:
    async with pool.acquire() as conn:
        assert await cases.load(conn, [uuid4()]) == {}
