"""Making an application and submitting it: the citizen's two acts that need an idempotency key."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from pydantic_core import from_json

from chassis.auth import Citizen
from chassis.languages import DEFAULT, language_of
from chassis.problems import FieldProblem, Problem, fields_of
from contracts.words import Language
from intake.domain.acts import Submit
from intake.http.draft_body import DraftBody
from intake.http.edge import OwnCase, SentKey, act, ask, key_faults, of, speak
from intake.http.family_faults import family_faults

router = APIRouter()

_DRAFTS = uuid5(NAMESPACE_URL, "https://qonys.kz/applications")
_LANGUAGES = frozenset(language.value for language in Language)
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": DraftBody.model_json_schema()}},
    }
}


@router.post("/v1/applications", status_code=201, openapi_extra=_BODY)
async def make_draft(
    request: Request, response: Response, citizen: Citizen, key: SentKey = None
) -> dict[str, Any]:
    """A draft. Its id follows from the citizen and his key: however often it is sent, it is one case."""
    intake, body = of(request), await request.body()
    speak(request, _language(body))
    today = datetime.now(UTC).astimezone(intake.zone).date()
    draft = read_draft(body, departures=intake.departures, today=today, also=key_faults(key))
    application_id = uuid5(_DRAFTS, f"{citizen.subject} {key}")
    structlog.contextvars.bind_contextvars(application_id=str(application_id))
    command = draft.as_act(citizen.subject, application_id)
    reply = await ask(request, command, subject=application_id, principal=citizen, key=key)
    response.headers["Location"] = f"/v1/applications/{application_id}"
    return {**reply, "warnings": [_said(request, warning) for warning in reply["warnings"]]}


@router.post("/v1/applications/{application_id}/submission")
async def submit(request: Request, visit: OwnCase, key: SentKey = None) -> dict[str, Any]:
    if wrong := key_faults(key):
        raise Problem(422, "malformed", fields=wrong)
    return await act(request, Submit(applicant_iin=visit.owner.applicant_iin), visit, key=key)


def read_draft(
    body: bytes, *, departures: frozenset[str], today: date, also: Sequence[FieldProblem] = ()
) -> DraftBody:
    """The body of a new application; `Problem` 422 with all its faults at once, and those found elsewhere."""
    wrong = [*also, *family_faults(_sent(body), departures=departures, today=today)]
    try:
        draft = DraftBody.model_validate_json(body, context={"today": today})
    except ValidationError as error:
        shapes = error.errors(include_url=False, include_input=False)
        wrong = [*fields_of({**one, "loc": ("body", *one["loc"])} for one in shapes), *wrong]
        raise Problem(422, "malformed", fields=wrong) from None
    if wrong:
        raise Problem(422, "malformed", fields=wrong)
    return draft


def _sent(body: bytes) -> object:
    try:
        sent: object = from_json(body)
    except ValueError:
        return None
    return sent


def _language(body: bytes) -> str:
    """The language that a draft asks for, however faulty it is otherwise."""
    sent = _sent(body)
    said = sent.get("language") if isinstance(sent, Mapping) else None
    return said if isinstance(said, str) and said in _LANGUAGES else DEFAULT


def _said(request: Request, warning: dict[str, str]) -> dict[str, str]:
    words = of(request).words
    key = f"warning-{warning['code'].replace('_', '-')}"
    return {**warning, "detail": words.say(language_of(request), key)}
