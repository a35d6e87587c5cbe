"""Looking: a citizen at his case, an officer at the list."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import to_builtins

from chassis.auth import requires
from chassis.languages import language_of
from intake.domain.case import Case, State
from intake.http.edge import AnyCase, of
from intake.http.view import case_in_words
from intake.http.voice import Voice
from intake.store.cases import load
from intake.store.reading import page, timeline

router = APIRouter()

LAST_NUMBER = 2**63 - 1


@router.get("/v1/applications/{application_id}")
async def show(request: Request, response: Response, visit: AnyCase) -> dict[str, Any]:
    """The case as it is now, with its timeline, in the reader's language."""
    intake = of(request)
    # One snapshot, so that the state and the timeline agree.
    async with intake.pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        case = (await load(conn, [visit.application_id]))[visit.application_id]
        entries = await timeline(conn, visit.application_id)
    parked = await intake.kernel.parking.list(subject=visit.application_id, limit=1)
    assert isinstance(case, Case)
    language = language_of(request)
    response.headers.update({"Content-Language": language, "Cache-Control": "no-store"})
    voice = Voice(words=intake.words, language=language, zone=intake.zone)
    today = datetime.now(UTC).astimezone(intake.zone).date()
    parked_at = parked[0]["parked_at"] if parked else None
    return case_in_words(
        case,
        entries,
        voice=voice,
        today=today,
        parked_at=parked_at,
        for_officer=visit.principal.may("officer"),
    )


@router.get("/v1/applications", dependencies=[Depends(requires("officer"))])
async def list_cases(
    request: Request,
    after: Annotated[int, Query(ge=0, le=LAST_NUMBER)] = LAST_NUMBER,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    state: State | None = None,
    region: Annotated[str | None, Query(pattern=r"^\d{9}$")] = None,
) -> dict[str, Any]:
    """Newest first; `next` goes on from the last one shown, however many are added meanwhile."""
    async with of(request).pool.acquire() as conn:
        found = await page(conn, after=after, state=state, region=region, limit=limit + 1)
    shown = found[:limit]
    items = [{k: v for k, v in to_builtins(one).items() if k != "number"} for one in shown]
    return {"items": items, "next": str(shown[-1].number) if len(found) > limit else None}
