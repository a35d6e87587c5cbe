"""What citizens and officers do, as values: each act, the moment of it, and the two shapes of an answer.

An act that the rules do not allow now is a `Refusal` with a stable code and changes nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from contracts.intake import Contact, Member
from contracts.words import Category, Language
from intake.domain.case import Case, FiledPaper
from messaging import Decision, Refusal, Tell


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDraft:
    citizen: str
    category: Category
    language: Language
    region_from: str
    region_to: str
    contact: Contact
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPaper:
    paper: FiledPaper


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    applicant_iin: str  # known to the edge that read the case: the applicant's living cases are locked by it


@dataclass(frozen=True, slots=True, kw_only=True)
class FillQuestionnaire:
    housing_intent: str
    wants_work: bool
    wants_training: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseHousing:
    cadastral_number: str
    price_tenge: int
    kato: str
    contract_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportArrival:
    arrived_on: date
    kato: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When an act happens: the instant and the day it is in Kazakhstan then."""

    now: datetime
    today: date


def refused(code: str, **details: Any) -> Decision:
    return Decision(reply=Refusal(code, details))


def done(case: Case, *effects: Tell, **more: Any) -> Decision:
    """The case as it is now, what is told, and the answer: id and state, and whatever more there is."""
    reply = {"application_id": str(case.application_id), "state": case.state.value, **more}
    return Decision(states={case.application_id: case}, effects=effects, reply=reply)
