"""The quota orders of the running year and the next, told to verification as an operator tells a real one.

Real orders come year by year. So that a sandbox takes families in any year, it repeats the numbers of 2026
and says in the act's place that it does; a year whose real numbers an operator has told stays as it is.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import httpx2
import structlog
from fastapi import APIRouter, Response

ACT = "none: the sandbox repeats the numbers of 2026"
PEOPLE = {
    "kandas": {"10": 264, "11": 285, "23": 125, "27": 30, "39": 200, "55": 977, "59": 200, "63": 200},
    "resettler": {"10": 275, "35": 37, "39": 485, "55": 1_655, "59": 2_820, "62": 125, "63": 600},
}
_RETRY_SECONDS = 0.5
_CONFLICT = 409
log = structlog.get_logger()


class QuotaOrders:
    """`run` tells them once verification answers; `token` makes an operator's token."""

    def __init__(self, verification: str, *, token: Callable[[], str]) -> None:
        self._verification = verification
        self._token = token
        self.told = False

    async def run(self) -> None:
        """Tells the orders of this year and the next; tries again until verification has taken them."""
        year = datetime.now(UTC).year
        async with httpx2.AsyncClient(base_url=self._verification, timeout=5) as http:
            while not all([await self._tell(http, one) for one in (year, year + 1)]):
                log.debug("quotas_wait_for_verification")
                await asyncio.sleep(_RETRY_SECONDS)
        self.told = True

    async def _tell(self, http: httpx2.AsyncClient, year: int) -> bool:
        """Whether that year is open; with other numbers it is open too."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        try:
            answer = await http.put(f"/v1/quotas/{year}", json=order(), headers=headers)
        except httpx2.HTTPError:
            return False
        return answer.is_success or answer.status_code == _CONFLICT


def order() -> dict[str, Any]:
    """The body of `PUT /v1/quotas/{year}`."""
    return {"act": ACT, "quotas": list(_quotas())}


def ready_routes(orders: QuotaOrders | None) -> APIRouter:
    """`GET /sandbox/ready`: 200 once the world is as it must be for a family to apply."""
    router = APIRouter()

    @router.get("/sandbox/ready")
    async def ready(response: Response) -> dict[str, dict[str, str]]:
        told = orders is None or orders.told
        response.status_code = 200 if told else 503
        return {"checks": {"quotas": "ok" if told else "verification has not taken the year's order yet"}}

    return router


def _quotas() -> Iterable[dict[str, Any]]:
    for category, regions in PEOPLE.items():
        for region, people in regions.items():
            yield {"region": f"{region}0000000", "category": category, "people": people}
