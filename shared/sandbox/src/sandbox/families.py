"""Synthetic families: the same seed makes the same family, and no two seeds below 228,125 share an IIN."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from contracts.intake import Kinship
from contracts.words import Category, Language
from sandbox.iins import synthetic_iin
from sandbox.names import SEXES, Name, Sex, family_root, full_name, given_names
from sandbox.truth import Diploma, Document

MOST_PEOPLE = 16
#: The day the families' ages are counted from; fixed, so that a seed means one family for ever. Ages keep
#: away from the limits of the rules (16, 18, 61, 63), so that it does not matter for years which day it is.
AGES_ON = date(2026, 1, 1)
#: From this age on a person has a card or passport, before it a birth certificate.
ADULT_PAPERS_AGE = 16
#: Codes of the official list of documents (2023).
IDENTITY_CARD, FOREIGN_PASSPORT, BIRTH_CERTIFICATE = "01", "03", "010"
_SERIALS_FOR_ALL = 10_000 // MOST_PEOPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What kind of family is wanted; `parents` are the applicant's, who move along."""

    category: Category = Category.RESETTLER
    language: Language = Language.KAZAKH
    region_from: str = "610000000"
    region_to: str = "590000000"
    spouse: bool = True
    children: int = 2
    parents: int = 0
    diploma: bool = True
    occupation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person with the papers they hold; `name` is in Cyrillic."""

    kinship: Kinship
    name: Name
    sex: Sex
    birth_date: date
    iin: str
    documents: tuple[Document, ...]
    diploma: Diploma | None = None
    occupation: str | None = None

    @property
    def age(self) -> int:
        """On the day ages are counted from."""
        return (AGES_ON - self.birth_date).days // 365

    @property
    def able_to_work(self) -> bool:
        return 18 <= self.age < 61


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family as it is; how it is written in an application, papers and registers is made from it."""

    seed: int
    wish: Wish
    members: tuple[Member, ...]

    @property
    def email(self) -> str:
        return f"family{self.seed}@example.com"

    @property
    def phone(self) -> str:
        return f"+7701{self.seed % 10_000_000:07}"

    @property
    def kandas_number(self) -> str:
        return f"KD {self.seed % 10_000_000:07}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in the family that a person is then made for."""

    kinship: Kinship
    sex: Sex
    given: str
    father: str
    age: int


def make_family(seed: int, wish: Wish | None = None) -> Family:
    """Raises `ValueError` for more than 16 people: serials of IINs are dealt out for so many."""
    wish = wish or Wish()
    random = Random(seed)
    places = _places(random, wish)
    if len(places) > MOST_PEOPLE:
        raise ValueError(f"a family of {len(places)}; at most {MOST_PEOPLE} people")
    root, abroad = family_root(random), wish.category is Category.KANDAS
    members = []
    for number, place in enumerate(places):
        birth_date, iin = _identity(seed, number, place)
        name = full_name(root, given=place.given, father=place.father, sex=place.sex, abroad=abroad)
        bare = Member(
            kinship=place.kinship, name=name, sex=place.sex, birth_date=birth_date, iin=iin, documents=()
        )
        members.append(_with_papers(random, wish, bare))
    return Family(seed=seed, wish=wish, members=tuple(members))


def _places(random: Random, wish: Wish) -> list[_Place]:
    names = {sex: given_names(random, sex) for sex in SEXES}
    own, father, in_law, ancestor = (next(names["M"]) for _ in range(4))
    places = [_Place(Kinship.APPLICANT, "M", own, father, random.randint(36, 46))]
    if wish.spouse:
        places.append(_Place(Kinship.SPOUSE, "F", next(names["F"]), in_law, random.randint(35, 44)))
    for number in range(wish.children):
        sex = SEXES[(number + wish.children) % 2]
        places.append(_Place(Kinship.CHILD, sex, next(names[sex]), own, 1 + number * 4 % 11))
    for number in range(wish.parents):
        sex = SEXES[number % 2]
        given = father if number == 0 else next(names[sex])
        places.append(_Place(Kinship.PARENT, sex, given, ancestor, random.randint(65, 74)))
    return places


def _identity(seed: int, number: int, place: _Place) -> tuple[date, str]:
    """Day of the year and serial are this member's alone; the year gives way to the check digit."""
    round_, turn = divmod(seed, _SERIALS_FOR_ALL)
    serial = turn * MOST_PEOPLE + number
    day = date(2001, 1, 1) + timedelta(days=(round_ + turn * 101 + number * 67) % 365)
    year = AGES_ON.year - place.age - 1
    while (iin := synthetic_iin(day.replace(year=year), male=place.sex == "M", serial=serial)) is None:
        year -= 1
    return day.replace(year=year), iin


def _with_papers(random: Random, wish: Wish, member: Member) -> Member:
    applicant = member.kinship is Kinship.APPLICANT
    return replace(
        member,
        documents=(_document(random, wish, member),),
        diploma=_diploma(random, member) if applicant and wish.diploma else None,
        occupation=wish.occupation if applicant else None,
    )


def _document(random: Random, wish: Wish, member: Member) -> Document:
    issued = date(2021, 1, 11) + timedelta(days=random.randrange(1000))
    digits = random.randrange(10**7)
    if member.age < ADULT_PAPERS_AGE:
        born = member.birth_date + timedelta(days=20)
        return Document(kind=BIRTH_CERTIFICATE, number=f"ТК {digits:07}", issued_on=born)
    expires = issued.replace(year=issued.year + 10, day=min(issued.day, 28))
    if wish.category is Category.KANDAS:
        return Document(kind=FOREIGN_PASSPORT, number=f"E{digits:08}", issued_on=issued, expires_on=expires)
    return Document(kind=IDENTITY_CARD, number=f"04{digits:07}", issued_on=issued, expires_on=expires)


def _diploma(random: Random, member: Member) -> Diploma:
    return Diploma(
        number=f"ЖБ-Б № {random.randrange(10**7):07}",
        kind="HIGHER",
        institution="Үлгі педагогикалық университеті",
        speciality="Бастауыш оқыту педагогикасы",
        issued_on=date(member.birth_date.year + 22, 6, 25),
    )
