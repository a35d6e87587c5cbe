"""What happens around every HTTP request: its correlation id, its one log line, its answer when all fails."""

import time
from contextlib import suppress
from secrets import token_hex
from uuid import UUID, uuid4

import structlog
from fastapi import FastAPI, Request
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from prometheus_client import Histogram
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from chassis.auth import OPEN_PATHS
from chassis.problems import MEDIA_TYPE, Problem, problem_response
from messaging.errors import is_infrastructure
from messaging.tracing import OFF, TRACEPARENT, child_span, traceparent_of

log = structlog.get_logger()

CORRELATION_HEADER = "X-Correlation-Id"

REQUEST_SECONDS = Histogram(
    "qonys_http_request_seconds", "Time to answer a request", ["method", "route", "status"]
)


class App(FastAPI):
    """FastAPI with a frame around all of it, so that its own limits and failures too are told and logged."""

    tracer: Tracer = OFF

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.correlation_id = _correlation_id(request)
        given = _given_traceparent(request)
        # Machines ask the open ones every few seconds.
        tracer = OFF if request.url.path in OPEN_PATHS else self.tracer
        with (
            structlog.contextvars.bound_contextvars(correlation_id=request.state.correlation_id),
            child_span(tracer, "HTTP", SpanKind.SERVER, given, {}) as span,
        ):
            request.state.traceparent = traceparent_of(span) if span.is_recording() else given or _begun()
            await self._served(request, _Answer(send, request.state.correlation_id), span)

    async def _served(self, request: Request, answer: "_Answer", span: Span) -> None:
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
        _describe(span, request, answer.status)


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


def _describe(span: Span, request: Request, status: int) -> None:
    """What may be said of a request where it is recorded: no path, no query, no text of an error."""
    span.update_name(f"{request.method} {_route(request)}")
    span.set_attributes(
        {
            "http.request.method": request.method,
            "http.route": _route(request),
            "http.response.status_code": status,
            "qonys.correlation_id": correlation_id(request),
            **_case(request),
        }
    )
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def _case(request: Request) -> dict[str, str]:
    """Whose case a request is about: a family's requests begin traces of their own, and are found by it."""
    with suppress(ValueError):
        return {"qonys.application_id": str(UUID(request.path_params.get("application_id", "")))}
    return {}


def _route(request: Request) -> str:
    """The route's template: a path itself may carry somebody's id."""
    return getattr(request.scope.get("route"), "path", "unknown")


def _correlation_id(request: Request) -> str:
    # Only a UUID is taken over: anything else could smuggle a name or an IIN into logs and events.
    try:
        return str(UUID(request.headers.get(CORRELATION_HEADER, "")))
    except ValueError:
        return str(uuid4())


def _given_traceparent(request: Request) -> str | None:
    given = request.headers.get("traceparent", "")
    return given if TRACEPARENT.fullmatch(given) else None


def _begun() -> str:
    """A trace begins here. Its flags say that nothing is recorded of it: whoever traces may decide to."""
    return f"00-{token_hex(16)}-{token_hex(8)}-00"
