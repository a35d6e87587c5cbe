"""The envelope around every fact: a CloudEvents 1.0 event in JSON (structured mode).

Two readings of the same bytes: `Envelope` leaves `data` unread (routing needs no more), `open_event` reads it
as the event class that `type` names. Fields that a reader does not know are ignored; a body it cannot
read is an `UnreadableError`, which the kernel parks.
"""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from pydantic import TypeAdapter, ValidationError

from contracts.event import EVENTS, is_ours, spec_of

SPECVERSION = "1.0"
CONTENT_TYPE = "application/json"
#: The header that CloudEvents' Kafka binding asks of a structured-mode record.
KAFKA_HEADERS = [("content-type", b"application/cloudevents+json; charset=UTF-8")]


class UnreadableError(ValueError):
    """The bytes are no event of ours: not JSON, no CloudEvent, or data that its class refuses."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """CloudEvents 1.0 context attributes, with the data still as bytes."""

    specversion: str
    id: str
    source: str
    type: str
    subject: UUID
    time: datetime
    data: msgspec.Raw
    datacontenttype: str | None = None
    dataschema: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None


_envelopes = msgspec.json.Decoder(Envelope)
_encoder = msgspec.json.Encoder()
_data_decoders: dict[type, msgspec.json.Decoder[Any]] = {}


def read_envelope(body: bytes) -> Envelope:
    """Reads the context attributes; raises `UnreadableError` with the field and what is wrong with it."""
    try:
        envelope = _envelopes.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(f"not a CloudEvent: {error}") from error
    if envelope.specversion != SPECVERSION:
        raise UnreadableError(f"specversion {envelope.specversion!r}, expected {SPECVERSION!r}")
    if envelope.time.tzinfo is None:
        raise UnreadableError("time has no zone; RFC 3339 with an offset is expected")
    return envelope


def open_event(envelope: Envelope) -> object | None:
    """The fact inside, or None when its type is not one of ours. Raises `UnreadableError`.

    Our own events were checked when they were made; patterns and bounds of what lies on a topic of others are
    checked here. The caller has seen to it that the event lay on its type's topic.
    """
    cls = EVENTS.get(envelope.type)
    if cls is None:
        return None
    decoder = _data_decoders.get(cls)
    if decoder is None:
        decoder = _data_decoders.setdefault(cls, msgspec.json.Decoder(cls))
    try:
        fact: object = decoder.decode(envelope.data)
        if not is_ours(spec_of(cls).topic):
            fact = _checker(cls).validate_json(bytes(envelope.data))
    except ValidationError as error:
        raise UnreadableError(f"{envelope.type}: {_faults(error)}") from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise UnreadableError(f"{envelope.type}: {error}") from error
    return fact


@cache
def _checker(cls: type) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def _faults(error: ValidationError) -> str:
    """Each fault with its place, without the value: it may be somebody's."""
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())


def seal(
    event: object,
    *,
    event_id: UUID,
    source: str,
    subject: UUID,
    time: datetime,
    correlation_id: str | None = None,
    causation_id: str | None = None,
    traceparent: str | None = None,
) -> bytes:
    """The event as bytes for its topic. `time` must be aware; ids are UUIDs, `source` is a URI reference."""
    spec = spec_of(type(event))
    return _encoder.encode(
        Envelope(
            specversion=SPECVERSION,
            id=str(event_id),
            source=source,
            type=spec.type,
            subject=subject,
            time=time,
            datacontenttype=CONTENT_TYPE,
            data=msgspec.Raw(_encoder.encode(event)),
            dataschema=spec.dataschema,
            correlationid=correlation_id,
            causationid=causation_id,
            traceparent=traceparent,
        )
    )
