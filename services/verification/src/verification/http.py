"""Verification has no public face: keys with which partners check certificates, and operators' acts."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Path, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from chassis.auth import Operator, requires
from chassis.database import Pool
from chassis.problems import Problem
from chassis.regions import REGIONS
from contracts.words import Category
from verification.store.orders import Opening, differing, open_quotas

log = structlog.get_logger()
router = APIRouter(prefix="/v1")


def _region(kato: str) -> str:
    if kato not in REGIONS:
        raise PydanticCustomError("unknown_region", "see the code", {"kato": kato})
    return kato


class QuotaBody(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    region: Annotated[str, AfterValidator(_region)]
    category: Category
    people: Annotated[int, Field(gt=0)]


class OrderBody(BaseModel):
    """An order: the act that it is, and what it gives to each region."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    act: Annotated[str, Field(min_length=1, max_length=500)]
    quotas: Annotated[list[QuotaBody], Field(min_length=1, max_length=2 * len(REGIONS))]


@router.get("/keys", dependencies=[Depends(requires("ops", "partner"))])
async def keys(request: Request) -> Any:
    """The public keys of certificates (JWKS, RFC 7517)."""
    return request.app.state.certificate_keys


@router.put("/quotas/{year}")
async def open_year(
    request: Request, year: Annotated[int, Path(ge=2025, le=2100)], body: OrderBody, _: Operator
) -> dict[str, int]:
    """Opens the quotas of a year by an order. The same order again opens nothing; 409 for other numbers."""
    openings = [
        Opening(year=year, region=one.region, category=one.category, quota=one.people, act=body.act)
        for one in body.quotas
    ]
    pool: Pool = request.app.state.pool
    async with pool.acquire() as conn, conn.transaction():
        opened = await open_quotas(conn, openings)
        known = await differing(conn, openings)
        if known:
            raise Problem(409, "quota_differs", members={"quotas": [key._asdict() for key in known]})
    log.info("quotas_opened", year=year, quotas=opened)
    return {"year": year, "opened": opened, "known": len(openings) - opened}
