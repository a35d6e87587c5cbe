"""What happens around every HTTP request: its correlation id, its one log line, its answer when all fails."""

import re
import time
from secrets import token_hex
from uuid import UUID, uuid4

import structlog
from fastapi import FastAPI, Request
from prometheus_client import Histogram
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from chassis.auth import OPEN_PATHS
from chassis.problems import MEDIA_TYPE, Problem, problem_response
from messaging.errors import is_infrastructure

log = structlog.get_logger()

CORRELATION_HEADER = "X-Correlation-Id"
# W3C Trace Context, version 00; ids of noughts alone are invalid there.
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

REQUEST_SECONDS = Histogram(
    "qonys_http_request_seconds", "Time to answer a request", ["method", "route", "status"]
)


class App(FastAPI):
    """FastAPI with a frame around all of it, so that its own limits and failures too are told and logged."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.correlation_id = _correlation_id(request)
        request.state.traceparent = _traceparent(request)
        with structlog.contextvars.bound_contextvars(correlation_id=request.state.correlation_id):
            await self._served(request, _Answer(send, request.state.correlation_id))

    async def _served(self, request: Request, answer: "_Answer") -> None:
        started = time.perf_counter()
        try:
            await super().__call__(request.scope, request.receive, answer)
        except ClientDisconnect:  # in the middle of its request; nothing was decided
            log.info("client_left", route=_route(request))
        except Exception as error:  # answered by now as `unavailable` or `internal` (problems.py)
            if is_infrastructure(error):
                log.warning("http_request_unavailable", route=_route(request), error=type(error).__name__)
            else:
                log.error("http_request_failed", route=_route(request), exc_info=error)
        if answer.too_large:
            problem = problem_response(request, Problem(413, "body_too_large"))
            await problem(request.scope, request.receive, answer.send)
        _tell(request, answer.status, time.perf_counter() - started)


class _Answer:
    """`send` that remembers the status, adds the correlation id, and keeps back the framework's bare 413."""

    def __init__(self, send: Send, correlation_id: str) -> None:
        self._send = send
        self._header = (CORRELATION_HEADER.lower().encode(), correlation_id.encode())
        self.status = 500
        self.too_large = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            bare = dict(message["headers"]).get(b"content-type") != MEDIA_TYPE.encode()
            self.too_large = message["status"] == 413 and bare
        if not self.too_large:
            await self.send(message)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message["headers"], self._header]}
        await self._send(message)


def correlation_id(request: Request) -> str:
    """The id that ties this request to everything that follows from it."""
    known: str = request.state.correlation_id
    return known


def traceparent(request: Request) -> str:
    """The W3C trace context that all events following from this request carry: the caller's, or a new one."""
    known: str = request.state.traceparent
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


def _traceparent(request: Request) -> str:
    given = request.headers.get("traceparent", "")
    if _TRACEPARENT.fullmatch(given):
        return given
    # A trace begins here. Its flags say that nothing is recorded of it yet: whoever traces may decide to.
    return f"00-{token_hex(16)}-{token_hex(8)}-00"
