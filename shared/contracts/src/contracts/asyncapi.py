"""All topics and events as one AsyncAPI 3.0 document."""

from typing import Any

from contracts.event import EVENTS, spec_of, topics
from contracts.schemas import event_schema

SUMMARY = """\
What the services of Qonys say to each other, and what providers reply.
Every record is a CloudEvents 1.0 event in JSON (structured mode) with the application id as its key.
Readers ignore fields that they do not know; an optional field may be added within a version."""
CONTENT_TYPE = "application/cloudevents+json"

Document = dict[str, Any]


def document() -> Document:
    """Deterministic: the same contracts give the same document."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Qonys events", "version": "1.0.0", "description": SUMMARY, "license": LICENSE},
        "defaultContentType": CONTENT_TYPE,
        "channels": {_name(topic): _channel(topic) for topic in topics()},
        "operations": {f"tell.{_name(topic)}": _operation(topic) for topic in topics()},
        "components": {"messages": {type_name: _message(type_name) for type_name in sorted(EVENTS)}},
    }


LICENSE = {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}


def types_of(topic: str) -> list[str]:
    """The event types told on a topic, sorted."""
    return sorted(name for name, cls in EVENTS.items() if spec_of(cls).topic == topic)


def _name(topic: str) -> str:
    return topic.replace(".", "-")


def _channel(topic: str) -> Document:
    refs = {name: {"$ref": f"#/components/messages/{name}"} for name in types_of(topic)}
    return {"address": topic, "messages": refs, "bindings": {"kafka": {"bindingVersion": "0.5.0"}}}


def _operation(topic: str) -> Document:
    channel = f"#/channels/{_name(topic)}"
    messages = [{"$ref": f"{channel}/messages/{name}"} for name in types_of(topic)]
    return {"action": "send", "channel": {"$ref": channel}, "messages": messages}


def _message(type_name: str) -> Document:
    schema = event_schema(type_name)
    return {
        "name": type_name,
        "title": schema["title"],
        "summary": schema["description"].splitlines()[0],
        "contentType": CONTENT_TYPE,
        "payload": {"$ref": f"./schemas/{type_name}.json"},
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid"}, "bindingVersion": "0.5.0"}},
    }
