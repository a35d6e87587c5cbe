"""What the registers know: people, their papers, diplomas and work, kept in memory and replaced over HTTP."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Iin = Annotated[str, Field(pattern=r"^\d{12}$")]
Kato = Annotated[str, Field(pattern=r"^\d{9}$")]
Occupation = Annotated[str, Field(pattern=r"^\d{4}$")]


class Record(BaseModel):
    """Base of all records: frozen, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Address(Record):
    kato: Kato
    text: str
    begin_date: date


class KandasStatus(Record):
    status: Literal["GRANTED", "ENDED", "REVOKED"] = "GRANTED"
    number: str
    granted_on: date
    quota_included_on: date | None = None


class Document(Record):
    """`kind`: the official list of 2023 (01 identity card, 03 foreign passport, 010 birth certificate, …)."""

    kind: Annotated[str, Field(pattern=r"^\d{2,3}$")]
    number: str
    issued_on: date
    expires_on: date | None = None
    status: Literal["VALID", "LOST", "REPLACED", "EXPIRED", "UNFIT"] = "VALID"


class Diploma(Record):
    number: str
    kind: Literal["COLLEGE", "HIGHER"]
    institution: str
    speciality: str
    issued_on: date
    status: Literal["VALID", "ANNULLED"] = "VALID"


class JobSeeker(Record):
    status: Literal["JOB_SEEKER", "UNEMPLOYED", "EMPLOYED", "NOT_REGISTERED"]
    registered_on: date | None = None
    occupations: tuple[Occupation, ...] = ()


class Person(Record):
    iin: Iin
    surname: str
    name: str
    patronymic: str | None = None
    latin_surname: str | None = None
    latin_name: str | None = None
    birth_date: date
    death_date: date | None = None
    sex: Literal["M", "F"]
    citizenship: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "KAZ"
    life_status: Literal["ALIVE", "DEAD", "MISSING"] = "ALIVE"
    iin_excluded: bool = False
    address: Address | None = None
    kandas: KandasStatus | None = None
    documents: tuple[Document, ...] = ()
    diplomas: tuple[Diploma, ...] = ()
    job_seeker: JobSeeker | None = None


class Vacancies(Record):
    region: Kato
    occupation: Occupation
    count: Annotated[int, Field(ge=0)]


class Content(Record):
    """A body of `PUT /sandbox/truth`."""

    people: tuple[Person, ...] = ()
    diplomas_not_issued: tuple[str, ...] = ()
    vacancies: tuple[Vacancies, ...] = ()

    def joined(self, other: "Content") -> "Content":
        """Both together."""
        return Content(
            people=self.people + other.people,
            diplomas_not_issued=self.diplomas_not_issued + other.diplomas_not_issued,
            vacancies=self.vacancies + other.vacancies,
        )


class Truth:
    """The registers' content, indexed the ways they are asked."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._people: dict[str, Person] = {}
        self._holders: dict[str, str] = {}
        self._not_issued: set[str] = set()
        self._vacancies: dict[tuple[str, str], int] = {}

    def add(self, content: Content) -> None:
        """Adds; a person, diploma number or vacancy already known is replaced."""
        for person in content.people:
            self._people[person.iin] = person
            self._holders.update((plain_number(d.number), person.iin) for d in person.diplomas)
        self._not_issued.update(map(plain_number, content.diplomas_not_issued))
        self._vacancies.update(((v.region[:2], v.occupation), v.count) for v in content.vacancies)

    def person(self, iin: str) -> Person | None:
        return self._people.get(iin)

    def diploma(self, iin: str, number: str) -> Diploma | str:
        """The diploma, or the result that says why there is none (docs/registries.md §3)."""
        plain = plain_number(number)
        if plain in self._not_issued:
            return "NOT_ISSUED"
        holder = self._holders.get(plain)
        if holder is None:
            return "NO_RECORD"
        if holder != iin:
            return "OTHER_HOLDER"
        return _numbered(self._people[holder].diplomas, plain)

    def vacancies(self, region: str, occupation: str) -> int:
        """Open vacancies; only the first two digits of the region's KATO count."""
        return self._vacancies.get((region[:2], occupation), 0)

    def __len__(self) -> int:
        return len(self._people)


def plain_number(number: str) -> str:
    """Spaces, hyphens, `№` and the case of letters do not count in a diploma's number."""
    return re.sub(r"[\s№\-]", "", number).upper()


def _numbered(diplomas: Iterable[Diploma], plain: str) -> Diploma | str:
    return next((d for d in diplomas if plain_number(d.number) == plain), "NO_RECORD")
