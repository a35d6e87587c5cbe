"""What operators do through the services' /ops routes, for all services at once."""

from collections.abc import Mapping
from typing import Any

import httpx2

from console.doors import Doors
from console.errors import PlainError
from console.layout import SERVICES


async def ask(
    doors: Doors,
    service: str,
    method: str,
    place: str,
    *,
    body: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> Any:
    """One service's answer. Raises PlainError with its words when it refuses."""
    who = {"Authorization": doors.operator, "Accept-Language": doors.language}
    door = doors.services[service]
    answer = await door.request(method, f"/ops/{place}", headers=who, json=body, params=query)
    if answer.status_code == httpx2.codes.NOT_FOUND:
        raise PlainError(
            f"{service} has no such message parked (any more)", remedy="what is parked: qonys parked list"
        )
    if answer.is_error:
        raise PlainError(f"{service}: {_title(answer)}", remedy="what is parked: qonys parked list")
    return answer.json()


async def parked(doors: Doors, service: str, *, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """The service's parked messages, each with the name by which commands know it."""
    rows = await ask(doors, service, "GET", "parked", query=query)
    return [{"message": f"{service}/{row['seq']}", **row} for row in rows]


def place_of(parked: str) -> tuple[str, int]:
    """`verification/3` is the third of verification. Raises PlainError."""
    service, _, number = parked.partition("/")
    if service not in SERVICES or not number.isdecimal():
        raise PlainError(
            f"{parked!r} names no parked message", remedy="as in: verification/3 (qonys parked list)"
        )
    return service, int(number)


def _title(answer: httpx2.Response) -> str:
    try:
        return str(answer.json()["title"])
    except (ValueError, LookupError):
        return f"answered {answer.status_code}"
