"""The list of all versions of events that were ever published, and what breaks them.

Code and schemas can be changed together; the list remembers what they were. A line holds a type, its topic
and the SHA-256 of its schema. Lines are added, and none ever goes.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from contracts.compatibility import breaks
from contracts.event import EVENTS, spec_of
from contracts.schemas import event_schema

LIST = Path("tests/contract/published.txt")
SCHEMAS = Path("docs/schemas")
HEAD = """\
# Every version of an event that was ever published: type, topic, SHA-256 of docs/schemas/<type>.json.
# `make generate` adds lines, and renews the hash of a schema that changed as it may within its version.
# No line ever goes: see docs/events.md.
"""
_NEW_VERSION = "make a new version of the event"


@dataclass(frozen=True, slots=True)
class Published:
    """One line of the list."""

    type: str
    topic: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.type} {self.topic} {self.sha256}"


def published(root: Path) -> list[Published]:
    """In the order in which they were published."""
    lines = (root / LIST).read_text().splitlines() if (root / LIST).exists() else []
    return [Published(*line.split()) for line in lines if not line.startswith("#")]


def list_text(root: Path) -> str:
    """The list with all events of the code: what was on it keeps its place, what is new comes last."""
    told = {one.type: one for one in published(root)} | {name: _told(name) for name in sorted(EVENTS)}
    return HEAD + "".join(f"{one}\n" for one in told.values())


def broken(root: Path) -> list[str]:
    """How code or schemas break what was published, each with its event type and what to do."""
    return [fault for one in published(root) for fault in _faults(one, root)]


def schema_text(type_name: str) -> str:
    """The schema as its file has it."""
    return json.dumps(event_schema(type_name), ensure_ascii=False, indent=2) + "\n"


def _told(type_name: str) -> Published:
    topic = spec_of(EVENTS[type_name]).topic
    return Published(type_name, topic, _digest(schema_text(type_name)))


def _faults(one: Published, root: Path) -> Iterator[str]:
    if one.type not in EVENTS:
        yield f"{one.type} is gone: it stays declared, for outboxes tell again what was told"
        return
    topic = spec_of(EVENTS[one.type]).topic
    if topic != one.topic:
        yield f"{one.type} was on {one.topic}, is on {topic}: {_NEW_VERSION}"
    file = root / SCHEMAS / f"{one.type}.json"
    schema = file.read_text(encoding="utf-8") if file.exists() else ""
    if _digest(schema) != one.sha256:
        yield f"{SCHEMAS / file.name} is not what was published: take it from the history"
        return
    yield from (
        f"{one.type} {what}: {_NEW_VERSION}" for what in breaks(json.loads(schema), event_schema(one.type))
    )


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
