"""docs/events.md: every topic, what is told on it, with which fields, and who reads it."""

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.asyncapi import types_of
from contracts.event import EVENTS, topics
from contracts.schemas import Schema, event_schema

HEAD = """\
# Events

Generated from the contracts by `make generate`; do not edit. The machine's view is
[asyncapi.yaml](asyncapi.yaml), with a JSON Schema for each event in [schemas](schemas).

Every record is a [CloudEvents 1.0](https://cloudevents.io) event in JSON (structured mode); its key and
`subject` are the application's id. `correlationid`, `causationid` and `traceparent` say where it came from.
Fields in *italics* are optional. Readers ignore fields that they do not know and park what they cannot read.
Providers read `integration.referrals.v1` and tell `providers.replies.v1`; the other readers are our services.

**To publish** an event or a new version of one: declare it in `shared/contracts`, give an example in
`tests/contract/examples.py`, `make generate`, commit. From then on it is on the list of
[what is published](../tests/contract/published.txt), and `make check` holds it to that: it stays declared, it
stays on its topic, and nothing changes but words, and optional fields that join it. Everything else is a new
version (`.v2`), told beside the old one until its readers have moved. Only what never left your branch may be
taken back: delete its line on the list, its schema and its golden event, and generate anew.
"""


def events_page(root: Path) -> str:
    """Markdown. Who reads an event is found in the sources of the services under `root`."""
    readers = _readers(root / "services")
    return HEAD + "".join(_section(topic, readers) for topic in topics())


def _section(topic: str, readers: Mapping[str, Collection[str]]) -> str:
    rows = [f"\n## `{topic}`\n", "| event | fields | read by | meaning |", "| --- | --- | --- | --- |"]
    rows += [_row(name, readers.get(EVENTS[name].__name__, ())) for name in types_of(topic)]
    return "\n".join(rows) + "\n"


def _row(type_name: str, readers: Collection[str]) -> str:
    schema = event_schema(type_name)
    link = f"[`{type_name}`](schemas/{type_name}.json)"
    meaning = schema["description"].splitlines()[0]
    return f"| {link} | {_fields(schema)} | {', '.join(readers) or '–'} | {meaning} |"


def _fields(schema: Schema) -> str:
    data: dict[str, Any] = schema["properties"]["data"]
    required = data.get("required", ())
    return ", ".join(name if name in required else f"*{name}*" for name in data.get("properties", {}))


def _readers(services: Path) -> dict[str, list[str]]:
    """Event class → services that name it in a table of what they hear."""
    readers: dict[str, list[str]] = defaultdict(list)
    for folder in sorted(services.iterdir()):
        for name in sorted(set(_heard(folder / "src"))):
            readers[name].append(folder.name)
    return readers


def _heard(source: Path) -> Iterator[str]:
    """Names in the assignments to HEARD and NEWS, of which `Service.hears` is made."""
    for file in sorted(source.rglob("*.py")):
        for statement in ast.parse(file.read_text(encoding="utf-8")).body:
            match statement:
                case (
                    ast.Assign(targets=[ast.Name(id="HEARD" | "NEWS")], value=ast.expr() as table)
                    | ast.AnnAssign(target=ast.Name(id="HEARD" | "NEWS"), value=ast.expr() as table)
                ):
                    yield from (node.id for node in ast.walk(table) if isinstance(node, ast.Name))
