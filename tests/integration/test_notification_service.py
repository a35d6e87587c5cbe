"""Notification as it runs: decisions in, letters and SMS out, receipts back."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from chassis.auth import unprotected_routes
from console.broker import Broker
from console.postgres import Postgres
from contracts.intake import ApplicationSubmitted, Contact
from contracts.integration import ReferralOverdue
from contracts.notification import Channel, ContactRequested, MessageDelivered, MessageFailed, MessageSent
from contracts.words import Language
from notification.app import BLUEPRINT
from sandbox.faults import MailBehaviour, Order, SmsBehaviour
from sandbox.server import Sandbox
from support.hearing import Hearing, eventually, hearing
from unit.notification.families import CLEAR, EVENTS, NORTH, NOW, SUBMITTED

BLOCKED = EVENTS["verification_blocked"]


def own(url: str, sandbox: Sandbox) -> Mapping[str, Any]:
    return {
        "smtp_host": sandbox.smtp_host,
        "smtp_port": sandbox.smtp_port,
        "smtp_seconds": 1,
        "sms_url": f"{sandbox.http}/sms",
        "sms_seconds": 1,
        "receipts_url": f"{url}/v1/receipts",
    }


@pytest.fixture(scope="module")
async def running(
    postgres: Postgres, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Hearing]:
    folder = tmp_path_factory.mktemp("notification")
    async with hearing(BLUEPRINT, postgres, broker, folder=folder, own=own) as one:
        yield one


@pytest.fixture
def service(running: Hearing) -> Hearing:
    """With channels that behave."""
    running.sandbox.mailbox.faults.tell(Order(behaviour=MailBehaviour.NORMAL))
    running.sandbox.sms.faults.tell(Order(behaviour=SmsBehaviour.NORMAL))
    return running


class Family:
    """A synthetic family with an address and a number of its own."""

    def __init__(self, service: Hearing, language: Language = Language.KAZAKH) -> None:
        self.application_id = uuid4()
        digits = f"{self.application_id.int % 10**7:07}"
        self.contact = Contact(email=f"f{digits}@example.kz", phone=f"+7701{digits}")
        self.language = language
        self.service = service

    @property
    def submitted(self) -> ApplicationSubmitted:
        return replace(SUBMITTED, contact=self.contact, language=self.language)

    def letters(self) -> list[Any]:
        return [one for one in self.service.sandbox.mailbox.letters if self.contact.email in one.to]

    def sms(self) -> list[Any]:
        return [one for one in self.service.sandbox.sms.taken.values() if one.to == self.contact.phone]

    async def hears(self, *events: object) -> None:
        await self.service.hear(self.application_id, *events)

    async def until_told(self, kind: type, times: int = 1) -> list[Any]:
        return await self.service.until_told(self.application_id, kind, times)

    async def states(self) -> dict[tuple[str, str], str]:
        rows = await self.service.ask("/v1/messages", "ops", params={"application": str(self.application_id)})
        return {(row["about"], row["channel"]): row["state"] for row in rows}

    async def until_state(self, about: str, channel: Channel, state: str) -> None:
        async def there() -> bool:
            return (await self.states()).get((about, channel.value)) == state

        await eventually(there)


async def test_a_decision_reaches_the_citizen_by_letter_and_sms_and_its_receipt_comes_back(
    service: Hearing,
) -> None:
    family = Family(service, Language.RUSSIAN)
    await family.hears(family.submitted, BLOCKED)
    await family.until_told(MessageDelivered, times=2)
    told = await family.until_told(MessageSent, times=4)
    assert {event.about for event in told} == {"application_received", "verification_blocked"}
    assert [one.subject for one in family.letters()] == [
        "Ваше заявление принято",
        "Проверка сведений остановлена",
    ]
    assert "Возьмите справку в учебном заведении." in family.letters()[1].text
    assert "Сведения не совпали с реестром" in family.sms()[1].text
    assert await family.states() == {
        ("application_received", "email"): "sent",
        ("application_received", "sms"): "delivered",
        ("verification_blocked", "email"): "sent",
        ("verification_blocked", "sms"): "delivered",
    }


async def test_letters_in_arabic_script_arrive_as_they_were_written(service: Hearing) -> None:
    family = Family(service, Language.KAZAKH_ARABIC)
    await family.hears(family.submitted)
    await family.until_told(MessageSent, times=2)
    (letter,) = family.letters()
    assert letter.subject == "ءوتىنىشىڭىز قابىلداندى"
    assert letter.text.startswith("\u200fقۇرمەتتى")


async def test_news_before_the_application_is_kept_and_then_told(service: Hearing) -> None:
    family = Family(service)
    await family.hears(CLEAR)
    held = "SELECT count(*) FROM held_news WHERE application_id = $1"
    await eventually(lambda: service.pool.fetchval(held, family.application_id))
    await family.hears(family.submitted)
    await family.until_told(ContactRequested)
    assert len(await family.states()) == 4
    assert await service.pool.fetchval(held, family.application_id) == 0


async def test_a_mailbox_that_does_not_exist_is_a_failure_with_its_cause(service: Hearing) -> None:
    family = Family(service)
    service.sandbox.mailbox.faults.tell(
        Order(behaviour=MailBehaviour.REJECT, only=frozenset({family.contact.email}))
    )
    await family.hears(family.submitted)
    failed = [e for e in await family.until_told(MessageFailed) if isinstance(e, MessageFailed)]
    assert [(one.channel, one.cause) for one in failed] == [(Channel.EMAIL, "mailbox_refused")]
    await family.until_state("application_received", Channel.SMS, "delivered")


async def test_a_busy_mailbox_is_tried_again_and_gets_one_letter(service: Hearing) -> None:
    family = Family(service)
    service.sandbox.mailbox.faults.tell(
        Order(behaviour=MailBehaviour.DEFER, only=frozenset({family.contact.email}), times=1)
    )
    await family.hears(family.submitted)
    await family.until_state("application_received", Channel.EMAIL, "sent")
    assert len(family.letters()) == 1


async def test_a_letter_whose_acceptance_was_not_heard_is_not_sent_twice(service: Hearing) -> None:
    family = Family(service)
    service.sandbox.mailbox.faults.tell(
        Order(behaviour=MailBehaviour.TIMEOUT, only=frozenset({family.contact.email}), times=1)
    )
    await family.hears(family.submitted)
    await family.until_state("application_received", Channel.EMAIL, "unconfirmed")
    assert len(family.letters()) == 1
    asked = "SELECT count(*) FROM due WHERE subject = $1 AND target = 'email'"
    assert await service.pool.fetchval(asked, family.application_id) == 0


@pytest.mark.parametrize("behaviour", [SmsBehaviour.ERROR, SmsBehaviour.TIMEOUT])
async def test_an_sms_is_asked_again_under_the_same_id_and_sent_once(
    service: Hearing, behaviour: SmsBehaviour
) -> None:
    family = Family(service)
    service.sandbox.sms.faults.tell(
        Order(behaviour=behaviour, only=frozenset({family.contact.phone}), times=1)
    )
    await family.hears(family.submitted)
    await family.until_state("application_received", Channel.SMS, "delivered")
    assert len(family.sms()) == 1
    told = await family.until_told(MessageSent, times=2)
    assert sum(isinstance(event, MessageDelivered) for event in told) == 1


async def test_an_sms_that_could_not_be_delivered_has_failed(service: Hearing) -> None:
    family = Family(service)
    service.sandbox.sms.faults.tell(
        Order(behaviour=SmsBehaviour.UNDELIVERED, only=frozenset({family.contact.phone}))
    )
    await family.hears(family.submitted)
    failed = [e for e in await family.until_told(MessageFailed) if isinstance(e, MessageFailed)]
    assert [(one.channel, one.cause) for one in failed] == [(Channel.SMS, "not_delivered")]


async def receipt(service: Hearing, body: object, scope: str = "partner") -> httpx2.Response:
    return await service.http.post("/v1/receipts", json=body, headers=service.bearer(scope))


def a_receipt(message_id: UUID, status: str = "delivered") -> dict[str, str]:
    return {"id": str(message_id), "status": status, "at": datetime.now(UTC).isoformat()}


async def test_a_receipt_may_come_again_and_is_told_once(service: Hearing) -> None:
    family = Family(service)
    await family.hears(family.submitted)
    delivered = [e for e in await family.until_told(MessageDelivered) if isinstance(e, MessageDelivered)]
    for status in ("delivered", "failed"):
        answer = await receipt(service, a_receipt(delivered[0].message_id, status))
        assert (answer.status_code, answer.json()["status"]) == (200, "delivered")
    told = await service.told(family.application_id)
    assert sum(isinstance(event, MessageDelivered) for event in told) == 1


async def test_a_receipt_for_nothing_is_404_and_a_malformed_one_names_every_fault(service: Hearing) -> None:
    unknown = await receipt(service, a_receipt(uuid4()))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    malformed = await receipt(service, {"id": "one", "status": "lost", "at": "2026-03-02T04:15:00"})
    assert malformed.status_code == 422
    assert [one["pointer"] for one in malformed.json()["errors"]] == ["#/id", "#/status", "#/at"]


async def test_receipts_are_for_partners_only(service: Hearing) -> None:
    assert (await receipt(service, a_receipt(uuid4()), scope="officer")).status_code == 403
    assert unprotected_routes(service.app) == []


async def test_officers_read_what_was_written_and_operators_only_how_it_went(service: Hearing) -> None:
    family = Family(service)
    await family.hears(family.submitted)
    await family.until_told(MessageSent, times=2)
    asked = {"application": str(family.application_id)}
    read = await service.ask("/v1/messages", "officer", params=asked)
    assert read[0]["subject"] == "Өтінішіңіз қабылданды"
    assert "Нұрлан" in read[0]["text"]
    for row in await service.ask("/v1/messages", "ops", params=asked):
        assert row.keys() == {"message_id", "channel", "about", "state", "cause", "created_at", "changed_at"}


async def test_a_referral_that_stays_overdue_is_a_contact_task_naming_it(service: Hearing) -> None:
    family, referral = Family(service), uuid4()
    overdue = ReferralOverdue(
        referral_id=referral, service_no=21, provider="PHC organisation", due_on=NOW.date(), times=1
    )
    await family.hears(family.submitted, overdue, replace(overdue, times=2), replace(overdue, times=3))
    told = [one for one in await family.until_told(ContactRequested) if isinstance(one, ContactRequested)]
    assert [(one.referral_id, one.service_no) for one in told] == [(referral, 21)]
    items = (await service.ask("/v1/contact-tasks", "officer", params={"limit": "200"}))["items"]
    mine = [item for item in items if item["application_id"] == str(family.application_id)]
    assert [(item["referral_id"], item["service_no"]) for item in mine] == [(str(referral), 21)]


async def test_contact_tasks_are_listed_by_region_page_by_page(service: Hearing) -> None:
    families = [Family(service) for _ in range(3)]
    for family in families:
        await family.hears(family.submitted, CLEAR)
        await family.until_told(ContactRequested)
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = await service.ask(
            "/v1/contact-tasks", "officer", params={"region": NORTH, "limit": "2", **after}
        )
        seen += [item["application_id"] for item in page["items"]]
        assert all(date.fromisoformat(item["due_on"]) > date(2026, 1, 1) for item in page["items"])
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert {str(family.application_id) for family in families} <= set(seen)
    assert len(seen) == len(set(seen))
    elsewhere = await service.ask("/v1/contact-tasks", "officer", params={"region": "390000000"})
    assert elsewhere == {"items": [], "next": None}
