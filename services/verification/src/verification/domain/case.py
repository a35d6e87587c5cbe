"""One family's case: what was said, what the registers answered, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from contracts.intake import ApplicationSubmitted, Kinship, Member, Paper
from contracts.words import Category, Reason, Register


class Stage(StrEnum):
    """Where a case stands; a place and a certificate have states of their own."""

    EXPECTED = "expected"  # something came before the application itself
    CHECKING = "checking"
    BLOCKED = "blocked"  # a register contradicts
    REFUSED = "refused"  # true, but not entitled
    ELIGIBLE = "eligible"
    WITHDRAWN = "withdrawn"


class CheckState(StrEnum):
    ASKED = "asked"
    SILENT = "silent"
    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"


class CheckKey(NamedTuple):
    """One register asked about one member."""

    register: Register
    member_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question to one register. The last two are facts of the labour market that eligibility needs."""

    state: CheckState = CheckState.ASKED
    cause: str | None = None
    times: int = 0  # how often the register was silent
    since: datetime | None = None  # the first silence
    reason: Reason | None = None
    job_seeker: bool = False
    skill_wanted: bool = False

    @property
    def is_open(self) -> bool:
        return self.state in (CheckState.ASKED, CheckState.SILENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What the family said of itself: personal data, kept in a table of its own."""

    members: tuple[Member, ...]
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The application as it came."""

    category: Category
    region_from: str
    region_to: str
    submitted_on: date
    consented_at: datetime
    family: Family

    @property
    def people(self) -> int:
        return len(self.family.members)

    @property
    def applicant(self) -> Member:
        """Whoever is named the applicant, else the first member."""
        members = self.family.members
        return next((m for m in members if m.kinship is Kinship.APPLICANT), members[0])

    def member(self, member_id: UUID) -> Member | None:
        return next((m for m in self.family.members if m.member_id == member_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    application_id: UUID
    stage: Stage = Stage.EXPECTED
    questionnaire: bool = False
    submission: Submission | None = None
    checks: Mapping[CheckKey, Check] = field(default_factory=lambda: MappingProxyType({}))

    def with_check(self, key: CheckKey, check: Check) -> "Case":
        return replace(self, checks=MappingProxyType({**self.checks, key: check}))

    @property
    def is_answered(self) -> bool:
        """Every register has answered, one way or the other."""
        return not any(check.is_open for check in self.checks.values())


def submission_of(event: ApplicationSubmitted) -> Submission:
    return Submission(
        category=event.category,
        region_from=event.region_from,
        region_to=event.region_to,
        submitted_on=event.submitted_on,
        consented_at=event.consented_at,
        family=Family(members=event.members, papers=event.papers),
    )
