"""Spans on their way to a collector: OpenTelemetry's SDK and its exporter (OTLP over HTTP, protobuf).

Invariant: whoever makes a span never waits. Ended ones go into a queue of `MOST_WAITING`, each with
`messaging.tracing.MOST_LINKS` links at most, which bounds the memory of a collector's absence at some 50 MB;
the oldest are dropped. A thread of the SDK sends them.
"""

import logging
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from prometheus_client import Counter

from messaging.tracing import MOST_LINKS

MOST_WAITING = 256
MOST_AT_ONCE = 64
EVERY_MS = 1000
SEND_SECONDS = 3.0  # of one sending with all its attempts; the last one of a process, too

SPANS = Counter(
    "qonys_spans_total", "Spans made, taken by the collector, refused by it", ["service", "outcome"]
)


class Spans:
    """The spans of one process. `refused`: the collector did not take what was sent last."""

    def __init__(self, url: str, *, service: str, process: str) -> None:
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # we say it ourselves, and once
        self._collector = _Collector(url, service)
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=Resource.create(
                {"service.namespace": "qonys", "service.name": service, "service.instance.id": process}
            ),
            span_limits=SpanLimits(max_links=MOST_LINKS),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(_Queue(self._collector, service))
        self.tracer = self._provider.get_tracer("qonys")

    @property
    def refused(self) -> bool:
        return self._collector.refused

    def close(self) -> None:
        """Sends what is left; waits for a collector that does not answer once at most."""
        self._collector.closing = True
        self._provider.shutdown()


class _Queue(BatchSpanProcessor):
    """The SDK's queue and thread; what is neither taken nor refused later was dropped here."""

    def __init__(self, collector: "_Collector", service: str) -> None:
        super().__init__(
            collector,
            max_queue_size=MOST_WAITING,
            max_export_batch_size=MOST_AT_ONCE,
            schedule_delay_millis=EVERY_MS,
        )
        self._made = SPANS.labels(service, "made")

    def on_end(self, span: ReadableSpan) -> None:
        self._made.inc()
        super().on_end(span)


class _Collector(SpanExporter):
    """The SDK's exporter, which remembers whether it was heard."""

    def __init__(self, url: str, service: str) -> None:
        self._exporter = OTLPSpanExporter(endpoint=url, timeout=SEND_SECONDS, compression=Compression.Gzip)
        self._taken, self._lost = SPANS.labels(service, "taken"), SPANS.labels(service, "refused")
        self.refused = False
        self.closing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        # Whoever stops has no time to be refused again and again.
        hopeless = self.closing and self.refused
        self.refused = hopeless or self._exporter.export(spans) is not SpanExportResult.SUCCESS
        (self._lost if self.refused else self._taken).inc(len(spans))
        return SpanExportResult.FAILURE if self.refused else SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self._exporter.shutdown()  # type: ignore[no-untyped-call]
