"""`qonys events`: what the services tell each other, a line for each event."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import typer

import contracts
from console import screen
from console.doors import live
from console.errors import PlainError
from console.history import told
from console.layout import Stack
from console.options import Folder, Follow


def events(
    folder: Folder,
    follow: Follow = False,
    topic: Annotated[
        list[str] | None, typer.Option(help="Only this topic; may be repeated", metavar="TOPIC")
    ] = None,
    case: Annotated[UUID | None, typer.Option(help="Only this application", metavar="ID")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Whole CloudEvents, one a line")] = False,
) -> None:
    """Everything told so far; with --follow, on as it is told. Times are UTC."""
    if unknown := set(topic or ()) - set(contracts.topics()):
        raise PlainError(f"no topic is named {', '.join(unknown)}", remedy="; ".join(contracts.topics()))
    key = str(case).encode() if case else None
    asyncio.run(_show(live(folder), topic, key, follow=follow, as_json=as_json))


async def _show(
    stack: Stack, topics: list[str] | None, key: bytes | None, *, follow: bool, as_json: bool
) -> None:
    shown = 0
    async for record in told(stack, topics=topics, follow=follow):
        if key in (None, record.key):
            shown += 1
            text = (record.value or b"").decode(errors="replace")
            screen.out.print(text if as_json else in_words(text), markup=False, soft_wrap=True)
    if not shown:
        screen.say("nothing of this was told so far")


def in_words(text: str) -> str:
    """Time, event, application and the plain facts of it; nothing of families and their papers."""
    try:
        event = json.loads(text)
        at = datetime.fromisoformat(event["time"]).astimezone(UTC)
        name = event["type"].removeprefix("kz.qonys.").rpartition(".v")[0]
        return f"{at:%H:%M:%S.%f}"[:12] + f" {event['subject']} {name:<24} {_facts(event['data'])}".rstrip()
    except (ValueError, LookupError, TypeError, AttributeError):
        return f"unreadable: {text[:200]!r}"


def _facts(data: Mapping[str, Any]) -> str:
    shown = {name: _short(value) for name, value in data.items() if name != "jws"}
    return " ".join(f"{name}={value}" for name, value in shown.items() if value)


def _short(value: object) -> str:
    match value:
        case list():
            codes = [item["code"] for item in value if isinstance(item, dict) and "code" in item]
            return ",".join(codes) if codes else str(len(value))
        case dict():
            return str(value.get("code", ""))
        case None:
            return ""
    return str(value)
