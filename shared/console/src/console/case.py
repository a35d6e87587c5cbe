"""`qonys case`: why one family waits, as all four services tell it, and what happened to it."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import httpx2
import typer
from rich.table import Table

from console import ops, screen
from console.apply import HERE
from console.doors import doors, live
from console.errors import PlainError
from console.layout import SERVICES, Stack
from console.options import Folder, Json, Language
from console.owing import Known, debts

T = TypeVar("T")
#: What is said otherwise to the family than to an officer, as whom we ask.
TOLD_OTHERWISE = frozenset({"operator", "call"})


def case(
    application_id: Annotated[UUID, typer.Argument(help="As qonys apply has printed it", metavar="ID")],
    folder: Folder,
    language: Language = "en",
    as_json: Json = False,
) -> None:
    """Why is it waiting? In one sentence; then all that happened."""
    known = asyncio.run(_look(live(folder), str(application_id), language))
    owed = debts(known, zone=HERE, today=datetime.now(HERE).date())
    if as_json:
        screen.show_json({**known.case, "owed": owed, "parked": [row["message"] for row in known.parked]})
    else:
        _show(known.case, owed)


async def _look(stack: Stack, application_id: str, language: str) -> Known:
    unasked: set[str] = set()

    async def told(service: str, question: Awaitable[T], otherwise: T) -> T:
        """One service that does not answer must not hide what the others know."""
        try:
            return await question
        except (httpx2.HTTPError, PlainError):
            unasked.add(service)
            return otherwise

    async with doors(stack, language=language) as opened:
        query, none = {"application": application_id}, list[dict[str, Any]]()
        parked = [await told(name, ops.parked(opened, name, query=query), none) for name in SERVICES]
        return Known(
            case=await opened.as_officer().case(application_id),
            parked=[row for rows in parked for row in rows],
            plan=await told("integration-support", opened.plan_of(application_id), None),
            messages=await told("notification", opened.messages_of(application_id), none),
            unasked=sorted(unasked),
        )


def _show(found: Mapping[str, Any], owed: Sequence[str]) -> None:
    screen.out.print(found["state_words"], markup=False, style="bold")
    answer, *besides = owed
    waiting = found["waiting"]
    reads = [] if waiting is None or waiting["for"] in TOLD_OTHERWISE else [waiting["sentence"]]
    for line in (
        answer,
        *(f"Besides: {debt}" for debt in besides),
        " ".join(["The family reads:", *reads, found["next_step"]["sentence"]]),
        *(f"  {reason['says']} ({reason['act']}) {reason['remedy'] or ''}" for reason in found["reasons"]),
    ):
        screen.out.print(line, markup=False, soft_wrap=True)
    screen.out.print(_timeline(found["timeline"]))


def _timeline(entries: Sequence[Mapping[str, Any]]) -> Table:
    made = screen.table("")
    for entry in entries:
        at = datetime.fromisoformat(entry["at"]).astimezone(HERE)
        made.add_row(f"{at:%d.%m %H:%M:%S}", entry["sentence"])
    return made
