"""What happens around every HTTP request: its correlation id, its one log line, its answer when all fails."""

import re
import time
from uuid import UUID, uuid4

import structlog
from fastapi import Request
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.auth import OPEN_PATHS
from chassis.problems import Problem, problem_response

log = structlog.get_logger()

CORRELATION_HEADER = "X-Correlation-Id"
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")  # W3C Trace Context, version 00

REQUEST_SECONDS = Histogram(
    "qonys_http_request_seconds", "Time to answer a request", ["method", "route", "status"]
)


class RequestLog:
    """ASGI middleware, outermost of ours: nothing but an answer gets past it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.correlation_id = _correlation_id(request)
        request.state.traceparent = _traceparent(request)
        with structlog.contextvars.bound_contextvars(correlation_id=request.state.correlation_id):
            await self._served(request, send)

    async def _served(self, request: Request, send: Send) -> None:
        started = time.perf_counter()
        answer = _Answer(send, request.state.correlation_id)
        try:
            await self._app(request.scope, request.receive, answer)
        except Exception as error:
            log.error("request_failed", route=_route(request), exc_info=error)
            if answer.status is None:
                await problem_response(request, Problem(500, "internal"))(
                    request.scope, request.receive, answer
                )
        _tell(request, answer.status or 500, time.perf_counter() - started)


class _Answer:
    """`send` that remembers the status and adds the correlation id."""

    def __init__(self, send: Send, correlation_id: str) -> None:
        self._send = send
        self._correlation_id = correlation_id
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            header = (CORRELATION_HEADER.lower().encode(), self._correlation_id.encode())
            message = {**message, "headers": [*message.get("headers", ()), header]}
        await self._send(message)


def correlation_id(request: Request) -> str:
    """The id that ties this request to everything that follows from it."""
    known: str = request.state.correlation_id
    return known


def traceparent(request: Request) -> str | None:
    """The caller's W3C trace context, when it sent a well-formed one."""
    known: str | None = request.state.traceparent
    return known


def _tell(request: Request, status: int, seconds: float) -> None:
    route = _route(request)
    REQUEST_SECONDS.labels(request.method, route, str(status)).observe(seconds)
    if route in OPEN_PATHS:
        return  # asked every few seconds by machines
    log.info(
        "request_served",
        method=request.method,
        route=route,
        status=status,
        duration_ms=round(seconds * 1000, 1),
    )


def _route(request: Request) -> str:
    """The route's template: a path itself may carry somebody's id."""
    return getattr(request.scope.get("route"), "path", "unknown")


def _correlation_id(request: Request) -> str:
    # Only a UUID is taken over: anything else could smuggle a name or an IIN into logs and events.
    try:
        return str(UUID(request.headers.get(CORRELATION_HEADER, "")))
    except ValueError:
        return str(uuid4())


def _traceparent(request: Request) -> str | None:
    given = request.headers.get("traceparent", "")
    return given if _TRACEPARENT.fullmatch(given) else None
