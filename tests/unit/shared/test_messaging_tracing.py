"""How a batch's span is linked, and that none is thought of where none is kept."""

from secrets import token_hex

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from messaging.tracing import MOST_LINKS, OFF, batch_span, child_span, traceparent_in, traceparent_of

STRANGERS = ["", "900101100014", f"00-{'0' * 32}-{token_hex(8)}-01", f"00-{token_hex(16)}-{'0' * 16}-01"]


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(kept: InMemorySpanExporter) -> TracerProvider:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    return provider


def traceparent() -> str:
    return f"00-{token_hex(16)}-{token_hex(8)}-01"


def test_a_large_batch_links_no_more_than_its_bound_and_says_how_many_causes_it_has(
    provider: TracerProvider, kept: InMemorySpanExporter
) -> None:
    """Given by `islice` in `batch_span`."""
    causes = [traceparent() for _ in range(MOST_LINKS + 700)]
    with batch_span(provider.get_tracer("test"), "settle", SpanKind.CONSUMER, [*causes, *causes], {}):
        pass
    (span,) = kept.get_finished_spans()
    assert span.attributes == {"qonys.causes": MOST_LINKS + 700}
    assert len(span.links) + span.dropped_links == MOST_LINKS


def test_what_strangers_write_in_a_traceparents_place_is_not_kept(
    provider: TracerProvider, kept: InMemorySpanExporter
) -> None:
    """Given by `TRACEPARENT` in `span_context`."""
    tracer = provider.get_tracer("test")
    with batch_span(tracer, "settle", SpanKind.CONSUMER, [None, *STRANGERS], {}):
        pass
    with child_span(tracer, "ask", SpanKind.CLIENT, STRANGERS[1], {}):
        pass
    settled, asked = kept.get_finished_spans()
    assert list(settled.links) == []
    assert asked.parent is None
    assert STRANGERS[1] not in settled.to_json() + asked.to_json()


def test_an_event_that_cannot_be_read_has_no_trace_and_is_no_reason_to_stop() -> None:
    """Given by `except UnreadableError` in `traceparent_in`: the relay tells it all the same."""
    assert traceparent_in(b"no event") is None


def test_an_error_is_told_by_its_class_alone(provider: TracerProvider, kept: InMemorySpanExporter) -> None:
    """Given by `_ending`, which does without the SDK's own way."""
    with (
        pytest.raises(ValueError, match="Нұрлан"),
        child_span(provider.get_tracer("test"), "ask", SpanKind.CLIENT, traceparent(), {}),
    ):
        raise ValueError("Нұрлан")
    (span,) = kept.get_finished_spans()
    assert (span.status.description, span.events) == ("ValueError", ())


def test_a_child_names_itself_for_what_follows(provider: TracerProvider) -> None:
    cause = traceparent()
    with child_span(provider.get_tracer("test"), "HTTP", SpanKind.SERVER, cause, {}) as span:
        following = traceparent_of(span)
    assert following[:35] == cause[:35]
    assert following[36:52] != cause[36:52]


def test_where_none_is_kept_the_causes_are_not_even_looked_at() -> None:
    causes = iter([traceparent()])
    with batch_span(OFF, "settle", SpanKind.CONSUMER, causes, {}) as span:
        assert not span.is_recording()
    assert len(list(causes)) == 1
