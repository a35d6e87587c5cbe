"""What stands in for the outside world, as the console tells and reads it (docs/sandbox.md)."""

from dataclasses import dataclass
from typing import Any

import httpx2

from sandbox.scenarios import Fault
from sandbox.truth import Content

SUBJECT_OF_CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class World:
    """The sandbox of one stack; `http` has its address as base."""

    http: httpx2.AsyncClient

    async def bearer(self, scope: str, *, subject: str = SUBJECT_OF_CONSOLE, seconds: int = 3600) -> str:
        """The Authorization header of somebody with this scope."""
        asked = {"sub": subject, "scope": scope, "expires_in": seconds}
        answer = await self.http.post("/token", json=asked)
        return f"Bearer {answer.raise_for_status().json()['access_token']}"

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

    async def letters(self, to: str) -> list[dict[str, Any]]:
        """Letters to this address, oldest first."""
        return await self._received("/sandbox/mail", to)

    async def short_messages(self, to: str) -> list[dict[str, Any]]:
        """SMS to this phone, oldest first."""
        return await self._received("/sandbox/sms", to)

    async def _received(self, place: str, to: str) -> list[dict[str, Any]]:
        answer = await self.http.get(place, params={"to": to})
        received: list[dict[str, Any]] = answer.raise_for_status().json()
        return received


_JSON = {"Content-Type": "application/json"}
