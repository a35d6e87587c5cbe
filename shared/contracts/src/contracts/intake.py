"""What intake tells: what the citizen said."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.event import event, fact
from contracts.words import Category, Iin, Kato, Language, People, Tenge

TOPIC = "intake.applications.v1"


class Kinship(StrEnum):
    """What a member is to the applicant."""

    APPLICANT = "applicant"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    OTHER = "other"


class PaperKind(StrEnum):
    IDENTITY_CARD = "identity_card"
    PASSPORT = "passport"
    FOREIGN_PASSPORT = "foreign_passport"
    BIRTH_CERTIFICATE = "birth_certificate"
    EDUCATION = "education"
    KANDAS_CERTIFICATE = "kandas_certificate"


@fact
class PersonName:
    """As the person wrote it; any of the scripts."""

    family: str
    given: str
    patronymic: str | None = None


@fact
class Paper:
    """A reference to an uploaded paper; its file stays with intake."""

    paper_id: UUID
    kind: PaperKind
    holder: UUID
    number: str | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@fact
class Member:
    """One person of the family."""

    member_id: UUID
    kinship: Kinship
    name: PersonName
    birth_date: date
    iin: Iin | None = None  # a child's foreign birth certificate may lack one
    able_to_work: bool = False
    diploma_number: str | None = None
    skill: str | None = None  # occupation code of the labour market register


@fact
class Contact:
    email: str
    phone: str  # E.164


@event("kz.qonys.application.submitted.v1", topic=TOPIC)
class ApplicationSubmitted:
    """The citizen's act: the family applies, consents to register checks, and its papers are complete."""

    category: Category
    language: Language
    region_from: Kato
    region_to: Kato
    contact: Contact
    members: Annotated[tuple[Member, ...], Field(min_length=1)]
    papers: tuple[Paper, ...]
    consented_at: datetime
    submitted_on: date  # in Kazakhstan's time zone; decides which rule set applies


@event("kz.qonys.application.withdrawn.v1", topic=TOPIC)
class ApplicationWithdrawn:
    """The citizen takes the application back."""

    reason: str | None = None


@event("kz.qonys.questionnaire.completed.v1", topic=TOPIC)
class QuestionnaireCompleted:
    """The сауалнама that precedes the certificate."""

    housing_intent: str  # purchase | construction | mortgage
    wants_work: bool
    wants_training: bool


@event("kz.qonys.housing.chosen.v1", topic=TOPIC)
class HousingChosen:
    """The home and its price; payment is decided from this."""

    cadastral_number: str
    price_tenge: Tenge
    kato: Kato
    contract_number: str


@event("kz.qonys.arrival.reported.v1", topic=TOPIC)
class ArrivalReported:
    """The family has moved: what the plan of adaptation needs to know of it (no names, no IINs)."""

    arrived_on: date
    kato: Kato
    category: Category
    language: Language
    ages: tuple[int, ...]  # age of each member on the day of arrival
    people: People
    wants_work: bool
    wants_training: bool
    foreign_education: bool
