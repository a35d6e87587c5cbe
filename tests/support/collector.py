"""A collector of traces: takes OTLP over real HTTP, as protobuf, and keeps what it took."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from support.probe import until

ERROR = 2  # of a span's status
PATH = "/v1/traces"


@dataclass(frozen=True)
class Seen:
    """A span as it came. Ids are hexadecimal; `links` are pairs of trace and span."""

    service: str
    name: str
    kind: str
    trace: str
    span: str
    parent: str
    links: list[list[str]]
    attributes: dict[str, Any]
    failed: str | None  # what its status says of an error

    @property
    def here(self) -> list[str]:
        return [self.trace, self.span]


@dataclass
class Collector:
    url: str = ""
    spans: list[Seen] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)  # as they came, unpacked

    def take(self, body: bytes) -> None:
        self.bodies.append(body)
        for one in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = {a.key: a.value.string_value for a in one.resource.attributes}
            found = [span for scope in one.scope_spans for span in scope.spans]
            self.spans += [_seen(span, resource["service.name"]) for span in found]

    def named(self, *names: str) -> list[Seen]:
        return [span for span in self.spans if span.name in names]

    async def has(self, *names: str) -> list[Seen]:
        """Waits until a span of each name has come."""

        async def all_there() -> bool:
            return {span.name for span in self.spans} >= set(names)

        await until(all_there, seconds=20)
        return self.named(*names)


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(collector)) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        collector.url = f"http://127.0.0.1:{server.server_port}{PATH}"
        try:
            yield collector
        finally:
            server.shutdown()
            serving.join()


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path != PATH:
                return self._answer(404, b"")
            packed = self.headers.get("Content-Encoding") == "gzip"
            collector.take(gzip.decompress(body) if packed else body)
            return self._answer(200, ExportTraceServiceResponse().SerializeToString())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler


def _seen(span: Span, service: str) -> Seen:
    return Seen(
        service=service,
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        trace=span.trace_id.hex(),
        span=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        links=[[link.trace_id.hex(), link.span_id.hex()] for link in span.links],
        attributes={a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes},
        failed=span.status.message if span.status.code == ERROR else None,
    )
