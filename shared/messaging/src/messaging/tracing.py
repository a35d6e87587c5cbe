"""Spans (OpenTelemetry) around what the kernel does: one for a batch, linked to what caused it.

An event keeps the trace of its family's request, however many share a batch; so a batch is a trace of its own
with a link to each cause. Off unless a tracer is given: then a batch costs two calls that do nothing.
A span's attributes are ids and numbers, and an error is told by its class: texts may hold a person's data.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN_CONTEXT,
    NonRecordingSpan,
    NoOpTracer,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from contracts import UnreadableError, read_envelope

#: Makes spans that are nowhere recorded.
OFF: Tracer = NoOpTracer()
#: Causes that a span links at most: what is kept of a batch until it is sent has this bound. The span tells
#: how many there were.
MOST_LINKS = 300
_NOWHERE = Context()  # neither in a span of ours nor in one of a library
# W3C Trace Context, version 00; ids of noughts alone are invalid there.
TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")


@contextmanager
def batch_span(
    tracer: Tracer,
    name: str,
    kind: SpanKind,
    causes: Iterable[str | None],
    attributes: Mapping[str, str | int],
) -> Iterator[Span]:
    """A span of a trace of its own, linked to each of the traceparents that caused it."""
    with _ending(tracer.start_span(name, context=_NOWHERE, kind=kind)) as span:
        if span.is_recording():
            known = dict.fromkeys(filter(None, causes))
            span.set_attributes({**attributes, "qonys.causes": len(known)})
            for cause in islice(known, MOST_LINKS):
                span.add_link(span_context(cause))
        yield span


@contextmanager
def child_span(
    tracer: Tracer, name: str, kind: SpanKind, cause: str | None, attributes: Mapping[str, str | int]
) -> Iterator[Span]:
    """A span within the trace of its one cause."""
    parent = set_span_in_context(NonRecordingSpan(span_context(cause)), _NOWHERE)
    with _ending(tracer.start_span(name, context=parent, kind=kind, attributes=attributes)) as span:
        yield span


def span_context(traceparent: str | None) -> SpanContext:
    """What a traceparent names; an invalid context when it is none."""
    known = TRACEPARENT.fullmatch(traceparent or "")
    if known is None:
        return INVALID_SPAN_CONTEXT
    trace, span, flags = (int(part, 16) for part in known.groups())
    return SpanContext(trace, span, is_remote=True, trace_flags=TraceFlags(flags))


def traceparent_in(body: bytes) -> str | None:
    """That of an event; None when it cannot be read, which is no reason not to tell it."""
    try:
        return read_envelope(body).traceparent
    except UnreadableError:
        return None


def traceparent_of(span: Span) -> str:
    """How whatever follows from a recorded span names it."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


@contextmanager
def _ending(span: Span) -> Iterator[Span]:
    try:
        yield span
    except BaseException as error:
        span.set_status(StatusCode.ERROR, type(error).__name__)
        raise
    finally:
        span.end()
