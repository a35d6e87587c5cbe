"""What every route of intake shares: whose case it is, the idempotency key, the way to the decider."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from fastapi import Depends, Header, Request
from pydantic import AfterValidator

from chassis.auth import Principal, requires
from chassis.database import Pool
from chassis.http import correlation_id, traceparent
from chassis.problems import FieldProblem, Problem
from chassis.words import Words
from intake.http.draft_body import fault
from intake.paper_files import PaperFiles
from intake.paper_room import PaperRoom
from intake.store.owners import Owners
from intake.store.reading import Owner
from messaging import Refusal
from messaging.parking import Parking

#: Refusals that mean "there is no such thing here"; all others are conflicts with the case's state.
_NOT_FOUND = frozenset({"not_found"})
KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


class Kernel(Protocol):
    @property
    def parking(self) -> Parking: ...

    async def request(
        self,
        command: object,
        *,
        subject: UUID,
        key: str | None = None,
        scope: str = "",
        correlation_id: str | None = None,
        traceparent: str | None = None,
    ) -> Any: ...

    def check_pressure(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What the routes work with; `app.py` puts it together as `app.state.intake`."""

    kernel: Kernel
    pool: Pool
    owners: Owners
    words: Words
    files: PaperFiles
    room: PaperRoom
    zone: ZoneInfo
    departures: frozenset[str]
    paper_limit_bytes: int
    paper_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody at a case that he may see."""

    application_id: UUID
    principal: Principal
    owner: Owner


def of(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


def speak(request: Request, language: str) -> None:
    """Answers in this language, unless the reader's own browser names another."""
    if not request.headers.get("accept-language"):
        request.state.language = language


async def _visit(request: Request, application_id: UUID, principal: Principal) -> Visit:
    """Someone else's case looks like no case at all."""
    structlog.contextvars.bind_contextvars(application_id=str(application_id))
    found = await of(request).owners.of(application_id)
    if found is None or not (principal.may("officer") or found.citizen == principal.subject):
        raise Problem(404, "not_found")
    speak(request, found.language.value)
    return Visit(application_id=application_id, principal=principal, owner=found)


async def _own_case(
    request: Request, application_id: UUID, principal: Annotated[Principal, Depends(requires("citizen"))]
) -> Visit:
    visit = await _visit(request, application_id, principal)
    if visit.owner.citizen != principal.subject:
        raise Problem(404, "not_found")
    return visit


async def _any_case(
    request: Request,
    application_id: UUID,
    principal: Annotated[Principal, Depends(requires("citizen", "officer"))],
) -> Visit:
    return await _visit(request, application_id, principal)


#: A citizen at a case of his own.
OwnCase = Annotated[Visit, Depends(_own_case)]
#: A citizen at a case of his own, or an officer at any.
AnyCase = Annotated[Visit, Depends(_any_case)]


def key_faults(key: str | None) -> list[FieldProblem]:
    """What is wrong with the key of a request that needs one."""
    if key is None:
        return [FieldProblem(pointer=KEY_HEADER, code="idempotency_key_missing", place="header")]
    if not _KEY.fullmatch(key):
        return [FieldProblem(pointer=KEY_HEADER, code="idempotency_key_malformed", place="header")]
    return []


def _key(key: str | None) -> str | None:
    if key is not None and key_faults(key):
        raise fault("idempotency_key_malformed")
    return key


#: As it was sent: whoever takes it looks for its faults.
SentKey = Annotated[str | None, Header(alias=KEY_HEADER)]
#: Its faults are told together with those of the body.
IdempotencyKey = Annotated[str | None, Header(alias=KEY_HEADER), AfterValidator(_key)]


async def ask(
    request: Request, command: object, *, subject: UUID, principal: Principal, key: str | None
) -> dict[str, Any]:
    """The decider's reply to an act; `Problem` when it refuses. A key belongs to one person and address."""
    reply = await of(request).kernel.request(
        command,
        subject=subject,
        key=key,
        scope=f"{principal.subject} {request.method} {request.url.path}",
        correlation_id=correlation_id(request),
        traceparent=traceparent(request),
    )
    if isinstance(reply, Refusal):
        raise _problem(reply)
    answer: dict[str, Any] = reply
    return answer


async def act(request: Request, command: object, visit: Visit, *, key: str | None = None) -> dict[str, Any]:
    """An act on the case that is visited."""
    return await ask(request, command, subject=visit.application_id, principal=visit.principal, key=key)


def _problem(refusal: Refusal) -> Problem:
    status = 404 if refusal.code in _NOT_FOUND else 409
    return Problem(status, refusal.code, arguments=_sayable(refusal.details), members=dict(refusal.details))


def _sayable(details: Mapping[str, Any]) -> dict[str, str | int]:
    return {name: value for name, value in details.items() if isinstance(value, str | int)}
