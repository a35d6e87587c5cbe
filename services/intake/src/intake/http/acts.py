"""What a family does on its way: questionnaire, housing, arrival, withdrawal."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import AfterValidator, Field, StrictBool

from chassis.regions import region_of
from intake.domain.acts import ChooseHousing, FillQuestionnaire, ReportArrival, Withdraw
from intake.http.draft_body import Body, Text, fault
from intake.http.edge import AnyCase, IdempotencyKey, OwnCase, act

router = APIRouter(prefix="/v1/applications/{application_id}")

MOST_TENGE = 10_000_000_000


class HousingIntent(StrEnum):
    PURCHASE = "purchase"
    CONSTRUCTION = "construction"
    MORTGAGE = "mortgage"


def _place(kato: str) -> str:
    if region_of(kato) is None:
        raise fault("unknown_region", kato=kato)
    return kato


#: A place of any level within a region, by its KATO code of 9 digits.
Place = Annotated[str, Field(max_length=9), AfterValidator(_place)]


class QuestionnaireBody(Body):
    housing_intent: HousingIntent
    wants_work: StrictBool
    wants_training: StrictBool


class HousingBody(Body):
    cadastral_number: Annotated[Text, Field(min_length=3, max_length=50)]
    price_tenge: Annotated[int, Field(strict=True, gt=0, le=MOST_TENGE)]
    kato: Place
    contract_number: Annotated[Text, Field(min_length=1, max_length=50)]


class ArrivalBody(Body):
    arrived_on: date
    kato: Place


class WithdrawalBody(Body):
    reason: Annotated[Text, Field(max_length=500)] | None = None


@router.post("/questionnaire")
async def fill_questionnaire(
    request: Request, body: QuestionnaireBody, visit: OwnCase, key: IdempotencyKey = None
) -> dict[str, Any]:
    return await act(request, FillQuestionnaire(**body.model_dump(mode="json")), visit, key=key)


@router.post("/housing")
async def choose_housing(
    request: Request, body: HousingBody, visit: OwnCase, key: IdempotencyKey = None
) -> dict[str, Any]:
    return await act(request, ChooseHousing(**body.model_dump()), visit, key=key)


@router.post("/arrival")
async def report_arrival(
    request: Request, body: ArrivalBody, visit: AnyCase, key: IdempotencyKey = None
) -> dict[str, Any]:
    return await act(request, ReportArrival(**body.model_dump()), visit, key=key)


@router.post("/withdrawal")
async def withdraw(
    request: Request, body: WithdrawalBody, visit: OwnCase, key: IdempotencyKey = None
) -> dict[str, Any]:
    return await act(request, Withdraw(**body.model_dump()), visit, key=key)
