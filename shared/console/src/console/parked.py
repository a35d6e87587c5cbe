"""`qonys parked …`, `qonys republish`: messages that wait for a person; telling everything again."""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from console import ops, screen
from console.doors import doors, live
from console.layout import SERVICES, Stack
from console.options import Folder, Json

Which = Annotated[str, typer.Argument(help="As listed: verification/3", metavar="MESSAGE")]
Reason = Annotated[str, typer.Option(help="Why; kept beside the message")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen")]


def list_parked(
    folder: Folder,
    case: Annotated[UUID | None, typer.Option(help="Only of this application", metavar="ID")] = None,
    as_json: Json = False,
) -> None:
    """Parked messages of all services, the oldest first."""
    found = asyncio.run(_all(live(folder), {"application": str(case)} if case else {}))
    if as_json:
        screen.show_json(found)
        return
    for row in found:
        heading = f"{row['message']:<21}  {row['subject'] or 'of no application':<36}  {row['state']}"
        screen.out.print(heading, markup=False, soft_wrap=True)
        said = f"    {row['name']}, tries: {row['attempts']}. {row['error'] or ''}"
        screen.out.print(said, markup=False, soft_wrap=True)
    if not found:
        screen.out.print("nothing is parked")


def show(which: Which, folder: Folder, as_json: Json = False) -> None:
    """One message whole. Its body, error, traceback, and what people did about it."""
    row = _one(folder, which, "GET", "")
    if as_json:
        screen.show_json(row)
        return
    acts = [f"{act['acted_at']} {act['act']} by {act['by']}: {act['reason']}" for act in row.pop("acts")]
    for name, value in {**row, "acts": "\n  ".join(["", *acts]) or None}.items():
        screen.out.print(f"{name}: {value}", markup=False, soft_wrap=True)


def mend(
    which: Which,
    folder: Folder,
    body: Annotated[Path, typer.Option(help="File with the other body", exists=True, dir_okay=False)],
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Give the message another body. The old one is kept; it is said what deciding it would do now."""
    sent = {"body": body.read_text(encoding="utf-8"), "reason": reason}
    _tell(_one(folder, which, "POST", "/mend", sent), would=True, as_json=as_json)


def redrive(which: Which, folder: Folder, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Try the message's family again. From the head of its queue, as far as it goes."""
    came = _one(folder, which, "POST", "/dry-run" if dry_run else "/redrive")
    _tell(came, would=dry_run, as_json=as_json)


def discard(
    which: Which, folder: Folder, reason: Reason, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Take the message away for good. Those behind it are tried again."""
    if not dry_run:
        _tell(_one(folder, which, "POST", "/discard", {"reason": reason}), would=False, as_json=as_json)
        return
    row = _one(folder, which, "GET", "")
    if as_json:
        screen.show_json({"message": which, "name": row["name"], "subject": row["subject"]})
        return
    screen.out.print(f"would discard {row['name']} of application {row['subject']}", markup=False)


def republish(
    folder: Folder,
    topic: Annotated[str | None, typer.Option(help="Only this topic")] = None,
    as_json: Json = False,
) -> None:
    """Tell everything again, as after a lost broker. All of it is read again, and nothing is done twice."""
    counts = asyncio.run(_republish(live(folder), {"topic": topic} if topic else {}))
    if as_json:
        screen.show_json(counts)
        return
    for service, events in counts.items():
        screen.out.print(f"{service}: {events} events are told again")


def _tell(came: dict[str, Any], *, would: bool, as_json: bool) -> None:
    if as_json:
        screen.show_json(came)
    else:
        _say(came, would=would)
    if came["error"]:
        raise typer.Exit(1)


def _say(came: dict[str, Any], *, would: bool) -> None:
    word = "would be settled" if would else "settled"
    screen.out.print(f"{came['settled']} {word}, {came['left']} left")
    if came.get("told"):
        screen.out.print(f"would be told on: {', '.join(came['told'])}")
    if came["error"]:
        screen.out.print(came["error"], markup=False, style="red")


def _one(
    folder: Path, which: str, method: str, act: str, body: dict[str, str] | None = None
) -> dict[str, Any]:
    service, seq = ops.place_of(which)

    async def asked(stack: Stack) -> dict[str, Any]:
        async with doors(stack) as opened:
            answer: dict[str, Any] = await ops.ask(opened, service, method, f"parked/{seq}{act}", body=body)
            return answer

    return asyncio.run(asked(live(folder)))


async def _all(stack: Stack, query: dict[str, str]) -> list[dict[str, Any]]:
    async with doors(stack) as opened:
        return [row for service in SERVICES for row in await ops.parked(opened, service, query=query)]


async def _republish(stack: Stack, query: dict[str, str]) -> dict[str, int]:
    async with doors(stack) as opened:
        answers = {name: await ops.ask(opened, name, "POST", "republish", query=query) for name in SERVICES}
        for name in SERVICES:
            await ops.ask(opened, name, "POST", "rewind")
        return {name: answer["events"] for name, answer in answers.items()}
