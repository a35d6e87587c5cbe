"""What a caller hears when something is refused: problem+json (RFC 9457), all errors at once, in words.

A stack trace or the text of an exception never leaves the service.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis.languages import language_of
from chassis.words import Words
from messaging import IdempotencyConflict, Overloaded, Refusal
from messaging.errors import is_infrastructure

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "https://qonys.kz/problems"
_CODES = {401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}
_CODES |= {400: "malformed", 413: "body_too_large", 415: "media_type", 422: "malformed", 503: "unavailable"}

Arguments = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """One thing wrong in a request: where, a stable code, and what its sentence `field-<code>` names."""

    pointer: str  # JSON pointer into the body (RFC 6901), or the name of a parameter
    code: str
    arguments: Arguments = field(default_factory=dict)
    place: str = "body"  # body, query, path, header


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A refusal on its way to the caller. `code` is stable; its sentences are `problem-<code>` in words."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        arguments: Arguments | None = None,
        fields: Iterable[FieldProblem] = (),
        members: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.arguments = arguments or {}
        self.fields = tuple(fields)
        self.members = members or {}  # further members of the answer, such as a list of missing papers
        self.headers = headers or {}


def refused(refusal: Refusal) -> Problem:
    """A decider's refusal as the caller hears it: 404 for `not_found`, 409 for any other code."""
    scalars = {name: value for name, value in refusal.details.items() if isinstance(value, str | int | float)}
    status = 404 if refusal.code == "not_found" else 409
    return Problem(status, refusal.code, arguments=scalars, members=refusal.details)


def add_problem_handlers(app: FastAPI) -> None:
    """Has every refusal of the framework, of the kernel and of our own answered as problem+json."""

    async def problem(request: Request, error: Exception) -> Response:
        return problem_response(request, _as_problem(error))

    kinds = (Problem, RequestValidationError, HTTPException, IdempotencyConflict, Overloaded, Exception)
    for kind in kinds:
        app.add_exception_handler(kind, problem)


def problem_response(request: Request, problem: Problem) -> Response:
    """The answer in the reader's language."""
    language = language_of(request)
    words: Words = request.app.state.words
    body = {
        "type": f"{TYPE_BASE}/{_dashed(problem.code)}",
        "status": problem.status,
        "code": problem.code,
        **_sentences(words, language, problem),
        "correlation_id": getattr(request.state, "correlation_id", None),
        **problem.members,
    }
    if problem.fields:
        body["errors"] = [_field(words, language, one) for one in problem.fields]
    headers = {"Content-Language": language, **problem.headers}
    return Response(orjson.dumps(body), problem.status, headers, MEDIA_TYPE)


def fields_of(errors: Iterable[Mapping[str, Any]]) -> list[FieldProblem]:
    """pydantic's errors as ours; the values that were sent are left out."""
    return [_from_pydantic(error) for error in errors]


def _as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return Problem(422, "malformed", fields=fields_of(error.errors()))
        case IdempotencyConflict():
            return Problem(409, "idempotency_conflict")
        case Overloaded():
            return Problem(429, "overloaded", headers={"Retry-After": str(error.retry_after_seconds)})
        case HTTPException():
            code = _CODES.get(error.status_code, "refused")
            return Problem(error.status_code, code, headers=error.headers)
    if is_infrastructure(error):
        return Problem(503, "unavailable", headers={"Retry-After": "5"})
    return Problem(500, "internal")


def _from_pydantic(error: Mapping[str, Any]) -> FieldProblem:
    place, *path = error["loc"] or ("body",)
    context = error.get("ctx", {}).items()
    if error["type"] == "json_invalid":
        path = []  # it names a byte, which is no place in a document that could not be read
    return FieldProblem(
        pointer=_pointer(path) if place == "body" else ".".join(map(str, path)),
        code=error["type"],
        arguments={name: value if isinstance(value, int | float) else str(value) for name, value in context},
        place=str(place),
    )


def _pointer(path: Iterable[object]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _sentences(words: Words, language: str, problem: Problem) -> dict[str, str]:
    key = f"problem-{_dashed(problem.code)}"
    if not words.knows(key):
        return {"title": words.say(language, "problem-refused")}
    said = {"title": words.say(language, key, **problem.arguments)}
    if words.knows(f"{key}.detail"):
        said["detail"] = words.say(language, f"{key}.detail", **problem.arguments)
    return said


def _field(words: Words, language: str, one: FieldProblem) -> dict[str, str]:
    key = f"field-{_dashed(one.code)}"
    detail = words.say(language, key, **one.arguments) if words.knows(key) else None
    where = {"pointer": f"#{one.pointer}"} if one.place == "body" else {one.place: one.pointer}
    return {**where, "code": one.code, "detail": detail or words.say(language, "field-invalid")}


def _dashed(code: str) -> str:
    return code.replace("_", "-")
