"""One decision while it is being taken: what is known, what changes, what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.words import Category, Words
from messaging import Ask, Decision, Remind, Tell
from verification.domain.case import Case
from verification.domain.certificates import Certificate, Signer
from verification.domain.checks import Patience
from verification.domain.payments import Payment
from verification.domain.quota import Ledger, LedgerKey
from verification.domain.rules import RuleBook, RuleSet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LedgerOf:
    """Asks for the ledger that this family's case is about, locked."""

    application_id: UUID


@dataclass(frozen=True, slots=True)
class FamilyOf:
    """Where a new family's personal data is put."""

    application_id: UUID


@dataclass(frozen=True, slots=True)
class CertificateOf:
    application_id: UUID


@dataclass(frozen=True, slots=True)
class PaymentOf:
    application_id: UUID


@dataclass(frozen=True, slots=True)
class HomeOf:
    """Where the home of a payment is put."""

    application_id: UUID


@dataclass(frozen=True, slots=True)
class EvidenceOf:
    """The `number`-th reply that one message brought."""

    application_id: UUID
    message_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class OpenRegions:
    """The names (`Words`) of regions with free places; loaded where a case's own region has no quota."""

    year: int
    category: Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What an installation settles: rules, signing key, the citizens' time zone, patience with registers."""

    rules: RuleBook
    signer: Signer
    zone: ZoneInfo
    patience: Patience


@dataclass(slots=True)
class Draft:
    """Grows while a message is decided; `known` holds everything loaded for the batch."""

    known: Mapping[Any, Any]
    application_id: UUID
    now: datetime
    policy: Policy
    changed: dict[Any, Any] = field(default_factory=dict)
    effects: list[Tell | Ask | Remind] = field(default_factory=list)

    @property
    def case(self) -> Case:
        return self._get(self.application_id, Case) or Case(application_id=self.application_id)

    @property
    def certificate(self) -> Certificate | None:
        return self._get(CertificateOf(self.application_id), Certificate)

    @property
    def payment(self) -> Payment | None:
        return self._get(PaymentOf(self.application_id), Payment)

    @property
    def today(self) -> date:
        """The day in Kazakhstan."""
        return self.now.astimezone(self.policy.zone).date()

    def rules_on(self, day: date) -> RuleSet:
        """The rules of a family that applied on this day."""
        return self.policy.rules.on(day)

    def ledger(self, key: LedgerKey) -> Ledger | None:
        return self._get(key, Ledger)

    def open_regions(self, year: int, category: Category) -> Words:
        return self._get(OpenRegions(year, category), Words) or Words(kk="–", ru="–", en="–")

    def keep(self, key: object, state: object) -> None:
        self.changed[key] = state

    def keep_case(self, case: Case) -> Case:
        self.changed[self.application_id] = case
        return case

    def tell(self, event: object, *, subject: UUID | None = None) -> None:
        self.effects.append(Tell(event, subject))

    def decision(self) -> Decision:
        return Decision(states=self.changed, effects=tuple(self.effects))

    def _get(self, key: object, kind: type[T]) -> T | None:
        state = self.changed.get(key, self.known.get(key))
        assert state is None or isinstance(state, kind), key
        return state
