"""A small consistent world for the audit: three families in four databases and on all topics."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis.migrations import migrate, migrations_of
from console.audit.readers import HEARD, NEWS
from console.audit.sources import Sources
from console.broker import Broker, create_topics
from console.environment import package
from console.layout import SERVICES
from console.postgres import Postgres
from contracts import intake, integration, notification, seal, spec_of, topics, verification
from contracts.words import Category, Language, Register
from messaging.arrival import event_id
from messaging.ids import uuid7

PARTITIONS = 2
REGION = "350000000"  # 37 places in 2026
SETTLED, WAITING, CHECKED = (UUID(f"00000000-0000-4000-8000-00000000000{n}") for n in (1, 2, 3))
MEMBER, REFERRAL, PLAN = uuid4(), uuid4(), uuid4()
NUMBER, CAP, PRICE = "KZ-35-2026-R000001", 6_000_000, 8_000_000
STARTED = datetime.now(UTC) - timedelta(minutes=1)
TELL = "INSERT INTO outbox (batch, place, id, topic, subject, body) VALUES ($1, 1, $2, $3, $4, $5)"

Record = tuple[str, UUID, bytes]  # topic, family, body


@dataclass
class Books:
    """What was told so far: rows of outboxes, ids settled, records for topics, messages to write."""

    first: int = 0  # batch before the first
    outbox: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    inbox: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    records: list[Record] = field(default_factory=list)
    news: list[tuple[UUID, UUID]] = field(default_factory=list)  # event, family

    def tell(self, teller: str, family: UUID, *events: object, cause: UUID | None = None) -> UUID:
        """As the service would: an outbox row, a record, and the inbox rows of whoever hears it."""
        for event in events:
            identity, source, spec = uuid7(), f"/qonys/{teller}", spec_of(type(event))
            at = STARTED + timedelta(milliseconds=len(self.records))
            body = seal(
                event, event_id=identity, source=source, subject=family, time=at, causation_id=str(cause)
            )
            self.outbox[teller].append(
                (self.first + len(self.records) + 1, identity, spec.topic, family, body)
            )
            self._arrives(event, family, identity, body)
        return identity

    def answer(self, family: UUID, reply: integration.ReferralAnswered) -> UUID:
        """As a provider would; the id under which it is known here."""
        told, source = uuid7(), "urn:a-provider"
        body = seal(reply, event_id=told, source=source, subject=family, time=STARTED)
        identity = event_id(source, str(told), ours=False)
        self._arrives(reply, family, identity, body)
        return identity

    def _arrives(self, event: object, family: UUID, identity: UUID, body: bytes) -> None:
        self.records.append((spec_of(type(event)).topic, family, body))
        for reader, heard in HEARD.items():
            if type(event) in heard:
                self.inbox[reader].append(identity)
        if type(event) in NEWS:
            self.news.append((identity, family))


def told_books() -> Books:
    """One family went the whole way, one waits for a place, one for a register."""
    books = Books()
    for family in (SETTLED, WAITING, CHECKED):
        books.tell("intake", family, application())
    books.tell("verification", CHECKED, silence())
    confirmed = verification.CheckConfirmed(register=Register.PERSONS, member_id=MEMBER)
    clear = verification.VerificationCompleted(verdict=verification.Verdict.CLEAR)
    eligible = verification.EligibilityDecided(eligible=True, rule_set="2026", reasons=())
    quota: Mapping[str, Any] = {"year": 2026, "region": REGION, "category": Category.RESETTLER}
    reserved = verification.QuotaReserved(**quota, people=36)
    books.tell("verification", SETTLED, confirmed, clear, eligible, reserved)
    waitlisted = verification.QuotaWaitlisted(**quota, people=2, position=1)
    books.tell("verification", WAITING, confirmed, clear, eligible, waitlisted)
    _moves(books)
    for event, family in list(books.news):
        for channel in notification.Channel:
            told: dict[str, Any] = {"message_id": uuid5(event, channel), "channel": channel, "about": "news"}
            books.tell("notification", family, notification.MessageSent(**told))
            if channel is notification.Channel.SMS:
                books.tell("notification", family, notification.MessageDelivered(**told))
    return books


def _moves(books: Books) -> None:
    """The first family's way from its place to its last service."""
    wishes = intake.QuestionnaireCompleted(housing_intent="purchase", wants_work=True, wants_training=False)
    issued = verification.CertificateIssued(
        number=NUMBER, cap_tenge=CAP, people=36, region=REGION, category=Category.RESETTLER,
        issued_on=date(2026, 3, 1), jws="a.b.c",
    )  # fmt: skip
    home = intake.HousingChosen(cadastral_number="1", price_tenge=PRICE, kato=REGION, contract_number="1")
    paid = verification.PaymentAuthorised(
        certificate_number=NUMBER, price_tenge=PRICE, amount_tenge=CAP, mortgage_tenge=PRICE - CAP
    )
    arrived = intake.ArrivalReported(
        arrived_on=date(2026, 4, 1), kato=REGION, category=Category.RESETTLER, language=Language.RUSSIAN,
        ages=(40,), people=36, wants_work=True, wants_training=False, foreign_education=False,
    )  # fmt: skip
    books.tell("intake", SETTLED, wishes)
    books.tell("verification", SETTLED, issued)
    books.tell("intake", SETTLED, home)
    books.tell("verification", SETTLED, paid)
    cause = books.tell("intake", SETTLED, arrived)
    opened = integration.PlanOpened(plan_id=PLAN, people=36, region=REGION, referrals=1, not_applicable=())
    sent = integration.ReferralSent(
        referral_id=REFERRAL, service_no=1, provider="p", region=REGION, category=Category.RESETTLER,
        language=Language.RUSSIAN, people=36, due_on=date(2026, 5, 1),
    )  # fmt: skip
    books.tell("integration-support", SETTLED, opened, sent, cause=cause)
    reply = books.answer(
        SETTLED, integration.ReferralAnswered(referral_id=REFERRAL, reply=integration.ReplyKind.DONE)
    )
    done = integration.ReferralDone(referral_id=REFERRAL, service_no=1)
    completed = integration.PlanCompleted(plan_id=PLAN, done=1, declined=0)
    books.tell("integration-support", SETTLED, done, completed, cause=reply)


def silence() -> verification.CheckSilent:
    return verification.CheckSilent(
        register=Register.EDUCATION, member_id=MEMBER, cause="unreachable", times=1, since=STARTED,
        asked_again_at=STARTED,
    )  # fmt: skip


def application() -> intake.ApplicationSubmitted:
    name = intake.PersonName(family="Омаров", given="Асан")
    member = intake.Member(
        member_id=MEMBER, kinship=intake.Kinship.APPLICANT, name=name, birth_date=date(1986, 1, 1)
    )
    return intake.ApplicationSubmitted(
        category=Category.RESETTLER, language=Language.RUSSIAN, region_from="610000000", region_to=REGION,
        contact=intake.Contact(email="a@example.kz", phone="+77010000000"), members=(member,), papers=(),
        consented_at=STARTED, submitted_on=date(2026, 2, 1),
    )  # fmt: skip


APPLY = """
INSERT INTO applications (application_id, citizen, category, language, region_from, region_to, people,
  consented_at, created_at, submitted_at, state, state_since, facts, entries)
VALUES ($1, 'c', 'resettler', 'ru', '610000000', '350000000', 1, now(), now(), now(), $2, now(), '{}', 0)
"""
VERIFIED = f"""
INSERT INTO cases (application_id, stage, questionnaire) VALUES
  ('{SETTLED}', 'eligible', true), ('{WAITING}', 'eligible', false), ('{CHECKED}', 'checking', false);
INSERT INTO checks VALUES
  ('{CHECKED}', 'education', '{MEMBER}', 'silent', 'unreachable', 1, now(), NULL, false, false);
INSERT INTO due (id, kind, target, name, subject, body, correlation_id, causation_id, due_at,
  attempts_allowed)
VALUES ('{MEMBER}', 'remind', '', 'SilenceOver', '{CHECKED}', '', '', '', now() + interval '1 hour', 1);
UPDATE ledgers SET issued = 36, families_waiting = 1, last_number = 1
WHERE (year, region, category) = (2026, '{REGION}', 'resettler');
INSERT INTO places VALUES
  ('{SETTLED}', 2026, '{REGION}', 'resettler', 36, 'issued', now(), now(), true),
  ('{WAITING}', 2026, '{REGION}', 'resettler', 2, 'waiting', now(), now(), false);
INSERT INTO quota_entries (year, region, category, application_id, people, source, target, at) VALUES
  (2026, '{REGION}', 'resettler', '{SETTLED}', 36, 'free', 'reserved', now()),
  (2026, '{REGION}', 'resettler', '{SETTLED}', 36, 'reserved', 'issued', now());
INSERT INTO certificates VALUES
  ('{SETTLED}', '{NUMBER}', {CAP}, 36, '{REGION}', 'resettler', now(), now(), 'a.b.c', 'issued');
INSERT INTO payments VALUES ('{SETTLED}', '{NUMBER}', {PRICE}, {CAP}, now());
"""
PLANNED = f"""
INSERT INTO plans VALUES
  ('{SETTLED}', '{PLAN}', 'resettler', 'ru', 36, '{REGION}', now(), '[]');
INSERT INTO referrals VALUES ('{REFERRAL}', '{SETTLED}', 1, 'p', '2026-05-01', 'done', 0);
"""
WRITE = "INSERT INTO messages VALUES ($1, $2, $3, $4, 'news', $5, NULL, now())"


async def empty_databases(postgres: Postgres, name: str) -> dict[str, str]:
    """Four databases named after `name`, with their tables; their addresses."""
    dsns = {}
    for service in SERVICES:
        dsns[service] = await new_database(postgres, f"{name}_{package(service)}")
        conn = await asyncpg.connect(dsns[service])
        await migrate(conn, [*migrations_of("messaging"), *migrations_of(package(service))])
        await conn.close()
    return dsns


async def write_databases(books: Books, postgres: Postgres, name: str) -> dict[str, str]:
    """The same, each with the rows of its service."""
    dsns = await empty_databases(postgres, name)
    for service, dsn in dsns.items():
        conn = await asyncpg.connect(dsn)
        await conn.executemany(TELL, books.outbox[service])
        await conn.executemany("INSERT INTO inbox (id) VALUES ($1)", [(i,) for i in books.inbox[service]])
        await _OWN[service](conn, books)
        await conn.close()
    return dsns


async def _intake(conn: Any, _: Books) -> None:
    await conn.executemany(APPLY, [(SETTLED, "settled"), (WAITING, "waitlisted"), (CHECKED, "checking")])


async def _verification(conn: Any, _: Books) -> None:
    await conn.execute(VERIFIED)


async def _notification(conn: Any, books: Books) -> None:
    rows = [
        (uuid5(event, channel), family, 2 * place + number, channel, ("sent", "delivered")[number])
        for place, (event, family) in enumerate(books.news)
        for number, channel in enumerate(notification.Channel)
    ]
    await conn.executemany(WRITE, rows)


async def _integration(conn: Any, _: Books) -> None:
    await conn.execute(PLANNED)


_OWN = {
    "intake": _intake,
    "verification": _verification,
    "notification": _notification,
    "integration-support": _integration,
}


async def new_database(postgres: Postgres, name: str, *, like: str = "template1") -> str:
    conn = await asyncpg.connect(postgres.dsn())
    await conn.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    await conn.close()
    return postgres.dsn(name)


async def drop_databases(postgres: Postgres, *names: str) -> None:
    conn = await asyncpg.connect(postgres.dsn())
    for name in names:
        await conn.execute(f'DROP DATABASE IF EXISTS "{name}" (FORCE)')
    await conn.close()


async def publish(records: Sequence[Record], broker: Broker, prefix: str) -> None:
    """On topics of their own; every service has acknowledged all of it."""
    await create_topics(broker.servers, [prefix + topic for topic in topics()], partitions=PARTITIONS)
    ends: dict[TopicPartition, int] = defaultdict(int)
    async with AIOKafkaProducer(bootstrap_servers=broker.servers) as producer:
        for topic, family, body in records:
            place = TopicPartition(prefix + topic, family.int % PARTITIONS)
            await producer.send_and_wait(
                place.topic, body, key=str(family).encode(), partition=place.partition
            )
            ends[place] += 1
    for service, heard in HEARD.items():
        mine = {prefix + spec_of(cls).topic for cls in heard}
        group = AIOKafkaConsumer(
            bootstrap_servers=broker.servers, group_id=prefix + service, enable_auto_commit=False
        )
        await group.start()
        group.assign([place for place in ends if place.topic in mine])
        await group.commit({place: end for place, end in ends.items() if place.topic in mine})
        await group.stop()


def with_database(sources: Sources, service: str, dsn: str) -> Sources:
    return replace(sources, dsns={**sources.dsns, service: dsn})
