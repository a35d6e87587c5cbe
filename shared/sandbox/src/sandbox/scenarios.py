"""A scenario: one family's way as a file, from what it says to what must come of it (examples/*.json)."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from contracts.intake import PaperKind
from contracts.words import Category, Language
from sandbox.families import Family, Wish, make_family
from sandbox.faults import Order, RegistryBehaviour
from sandbox.filing import Paper, application, papers, truth
from sandbox.papers import Format, scan
from sandbox.truth import Content, Record

#: Stands in a file for the day on which the scenario is played.
TODAY = "today"
_FORMATS: tuple[Format, ...] = ("pdf", "png", "jpeg")


class About(Record):
    """What the scenario shows, in a sentence."""

    kk: str
    ru: str
    en: str


class PaperFile(Record):
    """A paper to upload; `member` is the holder's place in the application."""

    member: Annotated[int, Field(ge=0)]
    kind: PaperKind
    number: str
    format: Format


class Fault(Record):
    """How a register behaves while the scenario is played."""

    service_id: str
    order: Order[RegistryBehaviour]


class Others(Record):
    """Families that apply before and take places; those that withdraw do it while this family waits."""

    seed: int
    children: int
    parents: int
    withdraws: bool = False


class Act(Record):
    """A later act of the citizen, done once the case is in the state `when`; `body` as intake takes it."""

    when: str
    act: Literal["questionnaire", "housing", "arrival", "withdrawal"]
    body: dict[str, Any]


class Services(Record):
    """What became of the catalogue: services given, and services that say why this family needs them not."""

    done: int
    not_needed: int

    def __str__(self) -> str:
        return f"{self.done} done, {self.not_needed} not needed"


class Expect(Record):
    """What must come of it. `passes`: states seen on the way; `waits_for`: `waiting.for` seen on the way."""

    state: str
    passes: tuple[str, ...] = ()
    waits_for: str | None = None
    cases: int = 1
    certificate: bool
    amount_tenge: int | None = None
    mortgage_tenge: int | None = None
    services: Services | None = None


class Scenario(Record):
    """One file. `sends`: how often the same application is sent, under one idempotency key."""

    about: About
    sends: Annotated[int, Field(ge=1)] = 1
    application: dict[str, Any]
    papers: tuple[PaperFile, ...]
    truth: Content
    faults: tuple[Fault, ...] = ()
    others: tuple[Others, ...] = ()
    acts: tuple[Act, ...] = ()
    expect: Expect

    def scan(self, paper: PaperFile) -> bytes:
        """The file to upload."""
        member = self.application["members"][paper.member]
        name = member["name"]
        holder = " ".join(name[part] for part in ("family", "given", "patronymic") if part in name)
        born = date.fromisoformat(member["birth_date"])
        drawn = Paper(
            member=paper.member, kind=paper.kind, number=paper.number, holder=holder, birth_date=born
        )
        return scan(drawn, paper.format)

    def other_families(self) -> Iterator[tuple[Family, bool]]:
        """The families of `others`, to the same region and category; True for one that withdraws."""
        for other in self.others:
            wish = Wish(
                category=Category(self.application["category"]),
                language=Language(self.application["language"]),
                region_from=self.application["region_from"],
                region_to=self.application["region_to"],
                children=other.children,
                parents=other.parents,
            )
            yield make_family(other.seed, wish), other.withdraws


def load(file: Path, *, today: date) -> Scenario:
    """Reads a scenario; raises `pydantic.ValidationError` naming every wrong field."""
    return Scenario.model_validate_json(file.read_text(encoding="utf-8").replace(f'"{TODAY}"', f'"{today}"'))


def dump(scenario: Scenario) -> str:
    """The file's text: fields at their default are left out, letters are left as they are."""
    said = scenario.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def filed(family: Family) -> dict[str, Any]:
    """The parts of a scenario that follow from the family: application, papers, truth."""
    files = [
        PaperFile(member=p.member, kind=p.kind, number=p.number, format=_FORMATS[number % len(_FORMATS)])
        for number, p in enumerate(papers(family))
    ]
    return {"application": application(family), "papers": tuple(files), "truth": truth(family)}
