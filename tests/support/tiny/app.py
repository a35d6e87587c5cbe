"""The tiny service put together."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request

from chassis.auth import Citizen
from chassis.http import correlation_id, traceparent
from chassis.problems import refused
from chassis.service import Blueprint
from chassis.settings import ServiceSettings
from contracts.intake import ApplicationWithdrawn
from messaging import Refusal, Service
from support.remembering import Note, Remembering
from support.tiny.identity import TINY

router = APIRouter()


@router.post("/v1/notes/{family}")
async def note(request: Request, family: UUID, text: str, _: Citizen) -> Any:
    reply = await request.app.state.kernel.request(
        Note(text),
        subject=family,
        correlation_id=correlation_id(request),
        traceparent=traceparent(request),
    )
    if isinstance(reply, Refusal):
        raise refused(reply)
    return reply


BLUEPRINT = Blueprint(
    identity=TINY,
    settings=ServiceSettings,
    service=lambda _: Service(name="tiny", hears=dict.fromkeys((ApplicationWithdrawn, Note), Remembering())),
    routes=(router,),
)
