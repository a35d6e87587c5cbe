"""One drill: a crowd applies, an accident happens, everything settles, and the audit has the last word."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from console.audit.settled import OnTheWay, settle
from console.audit.sources import sources_of
from console.drills.accidents import Accident
from console.drills.crowd import Crowd, gather_crowd
from console.drills.scene import Scene, staged
from console.layout import Stack

LOOK_SECONDS = 0.1
SETTLED_SECONDS = 300.0
BEFORE = 0.1  # of the crowd has applied when the accident happens

#: Says in a sentence each what is lost, doubled, out of order or otherwise not as it must be.
Audit = Callable[[Stack], Awaitable[Sequence[str]]]
#: Told what happens now, and how many of the crowd have applied.
Say = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """How a drill ended."""

    name: str
    says: str
    families: int
    turned_away: int  # times that a family had to come again
    accident_seconds: float
    ready_seconds: float  # from the accident's end until all our processes say they are ready
    settled_seconds: float  # from the last application until nothing is on its way
    wrong: Sequence[str]


async def drill(
    name: str, accident: Accident, *, folder: Path, families: int, audit: Audit, say: Say
) -> Drilled:
    """On a stack of its own in `folder`."""
    crowd = Crowd(wanted=families)

    def said(what: str) -> None:
        say(what, len(crowd.applications))

    said("starting a stack on Apache Kafka")
    async with staged(folder) as scene:
        gathering = asyncio.create_task(
            gather_crowd(scene.stack, crowd, on_applied=lambda: said("families apply"))
        )
        if accident.afterwards:
            await gathering
            await _settle(scene.stack, said)
        else:
            await _some_applied(crowd, gathering)
        said(accident.says)
        happened, ready = await _befall(scene, accident)
        await gathering
        began = time.monotonic()
        await _settle(scene.stack, said)
        settled = time.monotonic() - began
        said("auditing")
        wrong = await audit(scene.stack)
    return Drilled(
        name=name,
        says=accident.says,
        families=len(crowd.applications),
        turned_away=crowd.turned_away,
        accident_seconds=happened,
        ready_seconds=ready,
        settled_seconds=settled,
        wrong=wrong,
    )


async def _settle(stack: Stack, said: Callable[[str], None]) -> None:
    """UnreadableSourceError when it takes too long."""

    def left(what: OnTheWay) -> None:
        said(f"settling, {sum(what.values())} on their way")

    await settle(sources_of(stack), seconds=SETTLED_SECONDS, say=left)


async def _some_applied(crowd: Crowd, gathering: asyncio.Task[None]) -> None:
    while len(crowd.applications) < crowd.wanted * BEFORE and not gathering.done():  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)


async def _befall(scene: Scene, accident: Accident) -> tuple[float, float]:
    began = time.monotonic()
    await accident.happen(scene)
    over = time.monotonic()
    await scene.ready()
    return over - began, time.monotonic() - over
