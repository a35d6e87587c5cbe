"""The JSON Schema of each event, as it travels: the envelope with the event's data in it."""

from typing import Any

from pydantic import TypeAdapter

from contracts.envelope import CONTENT_TYPE, SPECVERSION
from contracts.event import EVENTS, spec_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def event_schema(type_name: str) -> Schema:
    """The whole record of one event type: CloudEvents' attributes, our extensions, and `data`."""
    cls = EVENTS[type_name]
    spec = spec_of(cls)
    data = TypeAdapter(cls).json_schema()
    definitions = data.pop("$defs", {})
    return {
        "$schema": DIALECT,
        "$id": spec.dataschema,
        "title": cls.__name__,
        "description": (cls.__doc__ or "").strip() or f"{cls.__name__}, told on {spec.topic}.",
        "type": "object",
        "properties": {**_attributes(type_name, spec.dataschema), "data": _untitled(data)},
        "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        "$defs": _untitled(definitions),
    }


def _attributes(type_name: str, dataschema: str) -> Schema:
    """CloudEvents 1.0 context attributes; the extensions carry correlation, cause and trace."""
    text: Schema = {"type": "string", "minLength": 1}
    return {
        "specversion": {"const": SPECVERSION},
        "id": {**text, "description": "With `source`, the identity of the event."},
        "source": {**text, "format": "uri-reference", "description": "/qonys/<service> for our own."},
        "type": {"const": type_name},
        "subject": {
            "type": "string",
            "format": "uuid",
            "description": "The application; also the record's key.",
        },
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": CONTENT_TYPE},
        "dataschema": {"const": dataschema},
        "correlationid": text,
        "causationid": text,
        "traceparent": {**text, "description": "W3C Trace Context."},
    }


def _untitled(schema: Any) -> Any:
    """Without the titles that pydantic makes of field names: they say nothing that the names do not."""
    if isinstance(schema, list):
        return [_untitled(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _untitled(part) for key, part in schema.items() if not (key == "title" and isinstance(part, str))
    }
