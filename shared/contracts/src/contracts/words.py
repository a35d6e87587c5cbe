"""Small values that several events share: closed sets, reasons and their words."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.event import fact

#: Individual identification number, 12 digits (Government resolution 853 of 26.08.2013).
Iin = Annotated[str, Field(pattern=r"^\d{12}$")]
#: KATO code of a region, 9 digits (НК РК 11).
Kato = Annotated[str, Field(pattern=r"^\d{9}$")]
#: Money in whole tenge.
Tenge = Annotated[int, Field(ge=0)]
#: Number of people.
People = Annotated[int, Field(ge=1, le=99)]
#: Stable code of a reason, in snake_case.
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Category(StrEnum):
    """The two kinds of participants (Order 234 of 22.06.2023)."""

    RESETTLER = "resettler"
    KANDAS = "kandas"


class Language(StrEnum):
    """Languages of letters to a citizen; kk-Arab is Kazakh in Arabic script."""

    KAZAKH = "kk"
    RUSSIAN = "ru"
    KAZAKH_ARABIC = "kk-Arab"


class Register(StrEnum):
    """State registers that verification asks."""

    PERSONS = "persons"  # ГБД ФЛ
    EDUCATION = "education"  # НОБД and ЕПВО
    LABOUR = "labour"  # AIS Labour Market


@fact
class Words:
    """One sentence in the languages that people read; kk-Arab is made from kk."""

    kk: str
    ru: str
    en: str


@fact
class Reason:
    """Why something was decided: a stable code, the act it rests on, what it says and what would mend it.

    `act` is the act's English name, `act_words` its name in the languages that people read.
    """

    code: Code
    act: str
    says: Words
    remedy: Words | None = None
    act_words: Words | None = None
