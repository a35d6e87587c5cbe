"""Traces, where a setting names a collector for them; else no span is made, nor OpenTelemetry's SDK loaded.

A collector that is away, slow or wrong costs spans and nothing else: a thread sends them out of a queue that
has a bound, and whoever looks for what a person should see is told (`Traces.are_taken`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from opentelemetry.trace import Tracer
from pydantic import AnyHttpUrl

from chassis.remedies import TroubleError
from messaging.tracing import OFF


class TracesNotTakenError(TroubleError):
    """The collector did not take what was sent last."""

    reason = "traces_not_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Whoever makes spans takes `tracer`."""

    tracer: Tracer = OFF
    refused: Callable[[], bool] = lambda: False  # what was sent last, by the collector

    def are_taken(self) -> None:
        """Raises `TracesNotTakenError` while the collector does not take them."""
        if self.refused():
            raise TracesNotTakenError("the collector does not take what is sent to it")


@asynccontextmanager
async def open_traces(url: AnyHttpUrl | None, *, service: str, process: str) -> AsyncIterator[Traces]:
    """Spans of this process until it ends; then what is left is sent."""
    if url is None:
        yield Traces()
        return
    from chassis.spans import Spans  # not before it is known that they are wanted: the SDK is large

    spans = Spans(str(url), service=service, process=process)
    try:
        yield Traces(tracer=spans.tracer, refused=lambda: spans.refused)
    finally:
        await asyncio.to_thread(spans.close)
