"""The doors of a running stack: clients and tokens for whoever the console speaks as."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from console import background
from console.citizen import Citizen
from console.compose import reachable
from console.errors import PlainError
from console.layout import SERVICES, Stack, known, typed
from console.world import SECONDS, World, opened_world
from sandbox.scenarios import PaperFile, Scenario, Services

#: Notices that went out; their other states are on the way or failed.
GONE_OUT = frozenset({"sent", "delivered"})


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Clients of every service and of the world outside; `language` is that of the answers."""

    services: dict[str, httpx2.AsyncClient]
    world: World
    officer: str
    operator: str
    language: str

    async def citizen(
        self, name: str, *, scan: Callable[[Scenario, PaperFile], bytes] = Scenario.scan
    ) -> Citizen:
        """Somebody of this name (any word) with a token."""
        bearer = await self.world.bearer("citizen", subject=f"citizen-{name}")
        return Citizen(http=self.services["intake"], bearer=bearer, language=self.language, scan=scan)

    def as_officer(self) -> Citizen:
        """May look at any case, and act in none."""
        return Citizen(http=self.services["intake"], bearer=self.officer, language=self.language)

    async def services_of(self, application_id: str) -> Services:
        """What became of the family's services; one is not needed only where the plan says why."""
        asked = {"Authorization": self.officer}
        door = self.services["integration-support"]
        answer = await door.get(f"/v1/plans/{application_id}", headers=asked)
        rows: list[dict[str, Any]] = answer.raise_for_status().json()["services"]
        explained = [row for row in rows if row["state"] == "not_applicable" and row["because"]["says"]]
        return Services(done=sum(row["state"] == "done" for row in rows), not_needed=len(explained))

    async def plan_of(self, application_id: str) -> dict[str, Any] | None:
        """The family's plan, which begins with its arrival."""
        who = {"Authorization": self.officer, "Accept-Language": self.language}
        answer = await self.services["integration-support"].get(f"/v1/plans/{application_id}", headers=who)
        if answer.status_code == httpx2.codes.NOT_FOUND:
            return None
        plan: dict[str, Any] = answer.raise_for_status().json()
        return plan

    async def messages_of(self, application_id: str) -> list[dict[str, Any]]:
        """What the family was told, in the order written."""
        asked, who = {"application": application_id}, {"Authorization": self.officer}
        answer = await self.services["notification"].get("/v1/messages", params=asked, headers=who)
        messages: list[dict[str, Any]] = answer.raise_for_status().json()
        return messages

    async def letters_of(self, application_id: str) -> list[str]:
        """What each letter (e-mail) that went out to the family is about."""
        messages = await self.messages_of(application_id)
        return [m["about"] for m in messages if m["channel"] == "email" and m["state"] in GONE_OUT]


@asynccontextmanager
async def doors(stack: Stack, *, language: str = "en") -> AsyncIterator[Doors]:
    """Opens them all."""
    async with AsyncExitStack() as opened:

        async def door(name: str) -> httpx2.AsyncClient:
            client = httpx2.AsyncClient(base_url=stack.url(name), timeout=SECONDS)
            return await opened.enter_async_context(client)

        world = await opened.enter_async_context(opened_world(stack.url("sandbox")))
        yield Doors(
            services={name: await door(name) for name in SERVICES},
            world=world,
            officer=await world.bearer("officer"),
            operator=await world.bearer("ops"),
            language=language,
        )


def live(folder: Path) -> Stack:
    """The stack of this folder, which must be running. Raises PlainError."""
    stack = known(folder)
    if stack.secrets is not None:
        return _answering(stack)
    if background.running(stack.supervisor) is None:
        raise PlainError(
            f"the stack in {folder} does not run", remedy=f"start it: {typed('qonys up', folder)}"
        )
    if not stack.ready.exists():
        raise PlainError(
            f"the stack in {folder} is still starting",
            remedy=f"look: {typed('qonys logs --follow', folder)}",
        )
    return stack


def _answering(stack: Stack) -> Stack:
    """One that docker compose runs is alive when its intake and its sandbox answer."""
    stack = reachable(stack)
    try:
        for place in (f"{stack.url('intake')}/health/ready", f"{stack.url('sandbox')}/jwks.json"):
            httpx2.get(place, timeout=SECONDS).raise_for_status()
    except httpx2.HTTPError as error:
        raise PlainError(
            f"compose's stack does not answer as it should ({type(error).__name__})",
            remedy="look: docker compose ps; start it: docker compose --profile sandbox up --wait",
        ) from None
    return stack
