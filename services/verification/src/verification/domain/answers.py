"""What registers are asked and what they answer: silence is an answer with a cause, never an exception."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID


class Cause(StrEnum):
    """Why a register counts as silent."""

    SLOW = "slow"
    UNREACHABLE = "unreachable"
    UNAVAILABLE = "unavailable"  # an HTTP status other than 200 and without a fault
    FAULT = "fault"
    EMPTY = "empty"
    OVERSIZED = "oversized"
    NOT_XML = "not_xml"
    ENTITIES = "entities"  # a DTD: never needed, only ever an attack
    BAD_SIGNATURE = "bad_signature"
    UNEXPECTED = "unexpected"  # well-formed, but no answer to what was asked
    NO_RECORD = "no_record"  # the register has no such record (yet)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One reply as it came over the wire, signature and all."""

    service_id: str
    request_id: str  # messageId of our request
    received_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPerson:
    """To the persons' register (ГБД ФЛ). `consent`: see `checks.consent_token`."""

    member_id: UUID
    iin: str
    consent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Permanent registration."""

    kato: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    kind: str  # official code list of 2023: 01 identity card, 02 passport, …
    number: str
    status: str  # VALID | LOST | REPLACED | EXPIRED | UNFIT
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kandas:
    status: str  # GRANTED | ENDED | REVOKED
    quota_included_on: date | None = None  # an earlier inclusion in a regional quota


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person as the persons' register has it."""

    family_name: str
    given_name: str
    patronymic: str | None
    latin_family_name: str | None
    latin_given_name: str | None
    birth_date: date
    citizenship: str  # ISO 3166-1 alpha-3
    alive: bool
    iin_excluded: bool
    address: Address | None
    kandas: Kandas | None
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAnswer:
    member_id: UUID
    person: Person | None = None
    silent: Cause | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskDiploma:
    """To the education register (НОБД, ЕПВО)."""

    member_id: UUID
    iin: str
    number: str


class DiplomaFinding(StrEnum):
    VALID = "valid"
    ANNULLED = "annulled"
    OTHER_HOLDER = "other_holder"
    NOT_ISSUED = "not_issued"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiplomaAnswer:
    member_id: UUID
    finding: DiplomaFinding | None = None
    silent: Cause | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWork:
    """To the labour market's register: status, proven occupations, and vacancies for one occupation."""

    member_id: UUID
    iin: str
    region: str  # KATO of the region of arrival
    occupation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    status: str  # JOB_SEEKER | UNEMPLOYED | EMPLOYED | NOT_REGISTERED
    occupations: tuple[str, ...]  # of proven skill
    vacancies: int  # open in the region of arrival for the occupation asked about


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkAnswer:
    member_id: UUID
    work: Work | None = None
    silent: Cause | None = None
    evidence: tuple[Evidence, ...] = ()


Question: TypeAlias = AskPerson | AskDiploma | AskWork
Answer: TypeAlias = PersonAnswer | DiplomaAnswer | WorkAnswer
