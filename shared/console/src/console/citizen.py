"""A citizen at intake's door: applies, brings papers, submits, acts later, and looks at the case."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2

from console.errors import PlainError
from sandbox.scenarios import Act, PaperFile, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizen:
    """One person with a token; `http` has intake's address as base. Refusals raise PlainError."""

    http: httpx2.AsyncClient
    bearer: str
    language: str = "en"
    scan: Callable[[Scenario, PaperFile], bytes] = Scenario.scan  # how a paper becomes a file

    async def apply(self, scenario: Scenario, *, key: str) -> str:
        """Draft, papers and submission; the application's id. The same key again: the same application."""
        made = await self._ask("POST", "/v1/applications", json=scenario.application, key=f"{key}-draft")
        application_id: str = made["application_id"]
        if (await self.case(application_id))["state"] == "draft":
            members = [member["member_id"] for member in made["members"]]
            await self._bring_papers(application_id, members, scenario)
        await self._ask("POST", f"/v1/applications/{application_id}/submission", key=f"{key}-submission")
        return application_id

    async def act(self, application_id: str, act: Act, *, key: str | None = None) -> None:
        """A later act: questionnaire, housing, arrival or withdrawal. The same key again: the same act."""
        await self._ask("POST", f"/v1/applications/{application_id}/{act.act}", key=key, json=act.body)

    async def case(self, application_id: str) -> dict[str, Any]:
        """The case as this person sees it, in this person's language."""
        return await self._ask("GET", f"/v1/applications/{application_id}")

    async def _bring_papers(self, application_id: str, members: list[str], scenario: Scenario) -> None:
        for paper in scenario.papers:
            content = await asyncio.to_thread(self.scan, scenario, paper)
            place = f"/v1/applications/{application_id}/papers/{members[paper.member]}/{paper.kind}"
            await self._ask("PUT", place, content=content, headers={"Paper-Number": quote(paper.number)})

    async def _ask(
        self,
        method: str,
        place: str,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        **body: Any,
    ) -> dict[str, Any]:
        sent = {"Authorization": self.bearer, "Accept-Language": self.language, **(headers or {})}
        if key is not None:
            sent["Idempotency-Key"] = key
        answer = await self.http.request(method, place, headers=sent, **body)
        if answer.is_error:
            raise _refusal(answer)
        said: dict[str, Any] = answer.json()
        return said


def _refusal(answer: httpx2.Response) -> PlainError:
    try:
        problem: dict[str, Any] = answer.json()
    except ValueError:
        problem = {}
    if answer.status_code == httpx2.codes.NOT_FOUND:
        return PlainError("intake knows no such application", remedy="its id is what qonys apply has printed")
    faults = [f"{one.get('pointer', '')} {one.get('detail', '')}" for one in problem.get("errors", [])]
    said = problem.get("title") or f"intake answered {answer.status_code}"
    return PlainError(": ".join([said, *faults]), remedy=problem.get("detail"))
