"""One family's case as the citizen sees it: its state, its facts, its papers and its timeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from contracts.intake import Contact, HousingChosen, Kinship, Member, PaperKind
from contracts.words import Category, Language, Reason


class State(StrEnum):
    """Where a case stands, in the order of a good journey; the last three are its other ends."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKING = "checking"
    WAITLISTED = "waitlisted"
    PLACE_RESERVED = "place_reserved"
    CERTIFICATE_ISSUED = "certificate_issued"
    PAYMENT_AUTHORISED = "payment_authorised"
    ARRIVED = "arrived"
    SETTLING = "settling"
    SETTLED = "settled"
    BLOCKED = "blocked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


#: A person with a case in one of these states does not apply again. A blocked case may yet be cleared; who
#: would rather begin anew withdraws it first.
LIVING = frozenset(State) - {State.DRAFT, State.REFUSED, State.WITHDRAWN}
#: The family has moved: later decisions are written down but do not turn the state back.
MOVED = frozenset({State.ARRIVED, State.SETTLING, State.SETTLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledPaper:
    """An uploaded paper; its file lies in the store under its SHA-256."""

    paper_id: UUID
    member_id: UUID
    kind: PaperKind
    sha256: str
    media_type: str
    size_bytes: int
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the timeline; `args` fill the sentence; people are in them by their ids only."""

    number: int  # counts from 1 within the case
    at: datetime
    code: str
    args: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A register that has not answered about one member."""

    register: str
    since: datetime
    asked_again_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    housing_intent: str
    wants_work: bool
    wants_training: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    price_tenge: int
    kato: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    number: str
    cap_tenge: int
    issued_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    price_tenge: int
    amount_tenge: int
    mortgage_tenge: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """Whom the family was sent to for a service."""

    provider: str
    since: datetime
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the case beside its state. Nothing here is personal data."""

    silences: Mapping[str, Silence] = field(default_factory=dict)  # "register/member_id" → silence
    verified: bool = False  # the registers said yes; eligibility and the place come next
    turned_at: datetime | None = None  # since when another owes the next thing, within one state
    reasons: tuple[Reason, ...] = ()  # of the last decision against the family
    waitlist_position: int | None = None
    questionnaire: Questionnaire | None = None
    certificate: Certificate | None = None
    home: Home | None = None
    payment: Payment | None = None
    contact_by: date | None = None
    referrals_total: int | None = None  # as the plan says; a referral may be heard before its plan
    services_not_needed: int | None = None  # the plan says why
    referrals: Mapping[int, str] = field(default_factory=dict)  # number of the service → its state
    referred: Mapping[int, Referred] = field(default_factory=dict)  # number of the service → to whom
    stepping_in: Mapping[int, date] = field(default_factory=dict)  # late service → the career centre's day
    failing: Mapping[str, datetime] = field(default_factory=dict)  # channel whose last was lost → since
    parked: Mapping[str, datetime] = field(default_factory=dict)  # in which service a message → since when


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """What this batch added to a case and `save` has to write: rows that never change later."""

    draft: bool = False
    papers: tuple[FiledPaper, ...] = ()
    homes: tuple[HousingChosen, ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    application_id: UUID
    citizen: str  # subject of the citizen's token
    category: Category
    language: Language
    region_from: str
    region_to: str
    contact: Contact
    members: tuple[Member, ...]
    consented_at: datetime
    created_at: datetime
    state: State
    state_since: datetime
    submitted_at: datetime | None = None
    papers: tuple[FiledPaper, ...] = ()
    facts: Facts = Facts()
    entries: int = 0  # lines on the timeline so far
    fresh: Fresh = Fresh()

    @property
    def applicant(self) -> Member:
        return next(member for member in self.members if member.kinship is Kinship.APPLICANT)

    def knowing(self, **facts: Any) -> "Case":
        """The case with some facts changed."""
        return replace(self, facts=replace(self.facts, **facts))

    def moved_to(self, state: State, at: datetime) -> "Case":
        """The case in another state; `at` is since when. The same state keeps its first time."""
        return self if state is self.state else replace(self, state=state, state_since=at)

    def telling(self, code: str, at: datetime, **args: str | int) -> "Case":
        """The case with one more line on its timeline."""
        entry = Entry(number=self.entries + 1, at=at, code=code, args=args)
        return replace(
            self, entries=entry.number, fresh=replace(self.fresh, entries=(*self.fresh.entries, entry))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingCase:
    """Where a person is the applicant of a living case: the state behind the key `person_key(iin)`."""

    application_id: UUID
    citizen: str


def person_key(iin: str) -> tuple[str, str]:
    """Locks one applicant, so that two submissions of one person are never decided at once."""
    return ("person", iin)
