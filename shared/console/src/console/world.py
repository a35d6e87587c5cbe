"""What stands in for the outside world, as the console tells and reads it (docs/sandbox.md)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2

from sandbox.scenarios import Fault
from sandbox.truth import Content

SECONDS = 30.0
SUBJECT_OF_CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class World:
    """The sandbox of one stack; `http` has its address as base."""

    http: httpx2.AsyncClient

    async def token(self, scope: str, *, subject: str = SUBJECT_OF_CONSOLE, seconds: int = 3600) -> str:
        """A token of somebody with this scope."""
        asked = {"sub": subject, "scope": scope, "expires_in": seconds}
        answer = await self.http.post("/token", json=asked)
        return str(answer.raise_for_status().json()["access_token"])

    async def bearer(self, scope: str, *, subject: str = SUBJECT_OF_CONSOLE) -> str:
        """The same as an Authorization header."""
        return f"Bearer {await self.token(scope, subject=subject)}"

    async def learn(self, truth: Content) -> None:
        """The registers know this as well from now on."""
        body = truth.model_dump_json()
        answer = await self.http.post("/sandbox/truth", content=body, headers=_JSON)
        answer.raise_for_status()

    async def misbehave(self, fault: Fault) -> None:
        """A register behaves as told."""
        place = f"/sandbox/registries/{fault.service_id}"
        answer = await self.http.put(place, content=fault.order.model_dump_json(), headers=_JSON)
        answer.raise_for_status()


@asynccontextmanager
async def opened_world(url: str) -> AsyncIterator[World]:
    """The sandbox at this address."""
    async with httpx2.AsyncClient(base_url=url, timeout=SECONDS) as http:
        yield World(http)


_JSON = {"Content-Type": "application/json"}
