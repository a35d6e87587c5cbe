"""Synthetic families, the registers' answers about them, and a bench that decides messages in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from contracts.intake import (
    ApplicationSubmitted,
    Contact,
    HousingChosen,
    Kinship,
    Member,
    Paper,
    PaperKind,
    PersonName,
    QuestionnaireCompleted,
)
from contracts.words import Category, Language
from messaging import Ask, Effect, Message, Remind, Tell
from verification.domain.answers import (
    Address,
    AskDiploma,
    AskPerson,
    AskWork,
    Cause,
    DiplomaAnswer,
    DiplomaFinding,
    Document,
    Kandas,
    Person,
    PersonAnswer,
    Work,
    WorkAnswer,
)
from verification.domain.case import Case
from verification.domain.certificates import Signer
from verification.domain.checks import Patience
from verification.domain.decisions import decide
from verification.domain.draft import Policy
from verification.domain.quota import Ledger, LedgerKey
from verification.domain.rules import read_rules
from verification.settings import RULES as RULES_FILE

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
TURKISTAN, SEVERO = "610000000", "590000000"
CADASTRAL_NUMBER = "15:234:005:128"
IIN, SPOUSE_IIN = "900101100014", "900101100500"
NORTH = LedgerKey(2026, SEVERO, Category.RESETTLER)
QUESTIONNAIRE = QuestionnaireCompleted(housing_intent="purchase", wants_work=True, wants_training=False)
RULES = read_rules(RULES_FILE.read_bytes())
POLICY = Policy(
    rules=RULES,
    signer=Signer("key-1", lambda raw: raw[:1] * 64),
    zone=ZoneInfo("Asia/Almaty"),
    patience=Patience(first_seconds=60, longest_seconds=21_600),
)

T = TypeVar("T")


def member(name: str = "Үлгі", **changes: Any) -> Member:
    """One member; a fixed id for each name. Without changes: a man of 36, able to work, with a diploma."""
    known: dict[str, Any] = {
        "member_id": uuid5(NAMESPACE_OID, name),
        "kinship": Kinship.APPLICANT,
        "name": PersonName(family="Мысалов", given=name, patronymic="Сынақұлы"),
        "birth_date": date(1990, 1, 1),
        "iin": IIN,
        "able_to_work": True,
        "diploma_number": "ЖБ-Б № 1234567",
    }
    return Member(**known | changes)


def child(born: date = date(2020, 5, 1)) -> Member:
    return member(
        "Бөпе",
        kinship=Kinship.CHILD,
        birth_date=born,
        iin=None,
        able_to_work=False,
        diploma_number=None,
    )


def application(*members: Member, **changes: Any) -> ApplicationSubmitted:
    """An application from Turkistan to North Kazakhstan."""
    known: dict[str, Any] = {
        "category": Category.RESETTLER,
        "language": Language.KAZAKH,
        "region_from": TURKISTAN,
        "region_to": SEVERO,
        "contact": Contact(email="a@example.kz", phone="+77010000000"),
        "members": members or (member(), child()),
        "papers": (),
        "consented_at": NOW,
        "submitted_on": DAY,
    }
    return ApplicationSubmitted(**known | changes)


def paper(holder: Member, kind: PaperKind = PaperKind.IDENTITY_CARD, number: str | None = None) -> Paper:
    return Paper(paper_id=uuid4(), kind=kind, holder=holder.member_id, number=number, sha256="0" * 64)


def person(of: Member, **changes: Any) -> Person:
    """The register's record that confirms this member of a resettler family."""
    known: dict[str, Any] = {
        "family_name": of.name.family,
        "given_name": of.name.given,
        "patronymic": of.name.patronymic,
        "latin_family_name": None,
        "latin_given_name": None,
        "birth_date": of.birth_date,
        "citizenship": "KAZ",
        "alive": True,
        "iin_excluded": False,
        "address": Address(kato="611010000", since=date(2019, 5, 20)),
        "kandas": Kandas(status="GRANTED"),
        "documents": (Document(kind="01", number="041234567", status="VALID"),),
    }
    return Person(**known | changes)


def home(price_tenge: int = 6_000_000, kato: str = "591010000") -> HousingChosen:
    return HousingChosen(
        cadastral_number=CADASTRAL_NUMBER, price_tenge=price_tenge, kato=kato, contract_number="1"
    )


def confirming(ask: Ask, family: ApplicationSubmitted) -> PersonAnswer | DiplomaAnswer | WorkAnswer:
    """The answer that confirms everything."""
    call = ask.call
    if isinstance(call, AskPerson):
        about = next(m for m in family.members if m.member_id == call.member_id)
        return PersonAnswer(member_id=call.member_id, person=person(about))
    if isinstance(call, AskDiploma):
        return DiplomaAnswer(member_id=call.member_id, finding=DiplomaFinding.VALID)
    assert isinstance(call, AskWork)
    occupations = (call.occupation,) if call.occupation else ()
    work = Work(status="JOB_SEEKER", occupations=occupations, vacancies=len(occupations))
    return WorkAnswer(member_id=call.member_id, work=work)


def silent(ask: Ask, cause: Cause = Cause.SLOW) -> PersonAnswer | DiplomaAnswer | WorkAnswer:
    if isinstance(ask.call, AskPerson):
        return PersonAnswer(member_id=asked_about(ask), silent=cause)
    if isinstance(ask.call, AskDiploma):
        return DiplomaAnswer(member_id=asked_about(ask), silent=cause)
    return WorkAnswer(member_id=asked_about(ask), silent=cause)


def asked_about(ask: Ask) -> UUID:
    """The member that a register is asked about."""
    assert isinstance(ask.call, AskPerson | AskDiploma | AskWork)
    return ask.call.member_id


@dataclass
class Bench:
    """Decides messages one after another, as the kernel does, and keeps what became of them."""

    states: dict[Any, Any] = field(default_factory=dict)
    now: datetime = NOW
    effects: list[tuple[UUID, Effect]] = field(default_factory=list)
    policy: Policy = POLICY

    def hear(self, family: UUID, body: object) -> list[Effect]:
        message = Message(id=uuid4(), subject=family, body=body, time=self.now, correlation_id="c")
        decision = decide(self.states, message, now=self.now, policy=self.policy)
        self.states.update(decision.states)
        self.effects += [(_about(family, effect), effect) for effect in decision.effects]
        self.now += timedelta(seconds=1)
        return list(decision.effects)

    def apply(self, application: ApplicationSubmitted, family: UUID | None = None) -> UUID:
        """Submits, and confirms whatever is asked."""
        family = family or uuid4()
        asks = [e for e in self.hear(family, application) if isinstance(e, Ask)]
        for ask in asks:
            self.hear(family, confirming(ask, application))
        return family

    def told(self, family: UUID, kind: type[T]) -> list[T]:
        events = [e.event for about, e in self.effects if about == family and isinstance(e, Tell)]
        return [event for event in events if isinstance(event, kind)]

    def case(self, family: UUID) -> Case:
        case = self.states[family]
        assert isinstance(case, Case)
        return case

    def ledger(self, key: LedgerKey = NORTH) -> Ledger:
        ledger = self.states[key]
        assert isinstance(ledger, Ledger)
        return ledger


def bench(quota: int = 100, ledgers: Mapping[LedgerKey, int] | None = None) -> Bench:
    """A bench whose region of arrival has this quota."""
    quotas = {NORTH: quota} if ledgers is None else ledgers
    return Bench({key: Ledger(key=key, quota=size) for key, size in quotas.items()})


def only(effects: list[Effect], kind: type[T]) -> T:
    """The one effect of this kind: an ask, a reminder, or an event told."""
    found = [e for e in (getattr(e, "event", e) for e in effects) if isinstance(e, kind)]
    assert len(found) == 1, found
    return found[0]


def asks_of(effects: list[Effect]) -> list[Ask]:
    return [effect for effect in effects if isinstance(effect, Ask)]


def reminders_of(effects: list[Effect]) -> list[Remind]:
    return [effect for effect in effects if isinstance(effect, Remind)]


def named(given: Member, family_name: str, given_name: str) -> Member:
    name = PersonName(family=family_name, given=given_name)
    return replace(given, name=name)


def _about(family: UUID, effect: Effect) -> UUID:
    return (effect.subject if isinstance(effect, Tell) else None) or family
