"""The body of a new application: its shape, the checks of single values, and what each fault is called."""

import unicodedata
from datetime import date
from typing import Annotated, Any
from uuid import UUID, uuid5

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, ValidationInfo
from pydantic_core import PydanticCustomError

from chassis.iin import iin_error
from chassis.regions import REGIONS
from contracts.intake import Contact, Kinship, Member, PersonName
from contracts.words import Category, Language
from intake.domain.acts import CreateDraft

MOST_MEMBERS = 30
_KAZAKHSTAN = 7  # shared with Russia
_BETWEEN_LETTERS = frozenset(" -'’ʼ‘.")


def fault(code: str, **arguments: Any) -> PydanticCustomError:
    """A fault with a stable code; its words are `field-<code>`, never this text."""
    return PydanticCustomError(code, "see the code", arguments or None)


def _name(value: str) -> str:
    """Letters of any script with what stands between them; digits and signs are typing errors."""
    if not any(sign.isalpha() for sign in value) or not all(map(_of_a_name, value)):
        raise fault("name_letters")
    return value


def _text(value: str) -> str:
    """What a person can read: a database cannot keep NUL, and invisible signs only deceive."""
    if not all(sign.isprintable() or sign in "\n\t" for sign in value):
        raise fault("text_signs")
    return value


def _of_a_name(sign: str) -> bool:
    # Marks: vowel signs, and U+0621 ء with its high form, belong to Arabic script.
    return sign.isalpha() or sign in _BETWEEN_LETTERS or unicodedata.category(sign).startswith("M")


def _iin(value: str) -> str:
    wrong = iin_error(value)
    if wrong is not None:
        raise fault(wrong.value)
    return value


def _born(value: date, info: ValidationInfo) -> date:
    if info.context is not None and value > info.context["today"]:
        raise fault("birth_in_future", day=value.isoformat())
    return value


def _region(value: str) -> str:
    if value not in REGIONS:
        raise fault("unknown_region", kato=value)
    return value


def _email(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        raise fault("email_invalid") from None


def _phone(value: str) -> str:
    """E.164. +7 is Kazakhstan's and Russia's: a Russian number gets no letters of ours."""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        raise fault("phone_invalid") from None
    if not phonenumbers.is_valid_number(number):
        raise fault("phone_invalid")
    if number.country_code == _KAZAKHSTAN and phonenumbers.region_code_for_number(number) != "KZ":
        raise fault("phone_russian")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _given(value: bool) -> bool:
    if not value:
        raise fault("consent_missing")
    return value


#: Any readable text of a person; its length is bounded where it is used.
Text = Annotated[str, AfterValidator(_text)]
NamePart = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_name)]
Region = Annotated[str, Field(max_length=9), AfterValidator(_region)]


class Body(BaseModel):
    """A request's body: a field that we do not know is a fault, since it may be a mistyped one."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class NameBody(Body):
    family: NamePart
    given: NamePart
    patronymic: NamePart | None = None


class MemberBody(Body):
    kinship: Kinship
    name: NameBody
    birth_date: Annotated[date, AfterValidator(_born)]
    iin: Annotated[str, Field(max_length=50), AfterValidator(_iin)] | None = None
    able_to_work: StrictBool = False
    diploma_number: Annotated[Text, Field(min_length=3, max_length=50)] | None = None
    skill: Annotated[str, Field(pattern=r"^\d{4}$")] | None = None


class ContactBody(Body):
    email: Annotated[str, Field(max_length=254), AfterValidator(_email)]
    phone: Annotated[str, Field(max_length=20), AfterValidator(_phone)]


class ConsentBody(Body):
    given: Annotated[StrictBool, AfterValidator(_given)]


class DraftBody(Body):
    category: Category
    language: Language
    region_from: Region
    region_to: Region
    contact: ContactBody
    # A list: a tuple's length is counted without its faulty members, and would be a fault of its own.
    members: Annotated[list[MemberBody], Field(min_length=1, max_length=MOST_MEMBERS)]
    consent: ConsentBody

    def as_act(self, citizen: str, application_id: UUID) -> CreateDraft:
        """Ids of members follow from the application's, so that the same request makes the same draft."""
        return CreateDraft(
            citizen=citizen,
            category=self.category,
            language=self.language,
            region_from=self.region_from,
            region_to=self.region_to,
            contact=Contact(email=self.contact.email, phone=self.contact.phone),
            members=tuple(
                _member(member, uuid5(application_id, str(place)))
                for place, member in enumerate(self.members)
            ),
        )


def _member(body: MemberBody, member_id: UUID) -> Member:
    return Member(
        member_id=member_id,
        kinship=body.kinship,
        name=PersonName(family=body.name.family, given=body.name.given, patronymic=body.name.patronymic),
        birth_date=body.birth_date,
        iin=body.iin,
        able_to_work=body.able_to_work,
        diploma_number=body.diploma_number,
        skill=body.skill,
    )
