"""Somebody dies at once: one of our processes, the broker, the broker's disk, Postgres."""

import asyncio
import random
import shutil

import psutil

from console.drills.cast import OURS, RELAYS
from console.drills.scene import Scene
from console.postgres import Postgres

AWAY_SECONDS = 5.0
PAUSE_SECONDS = 1.0
ORPHANS_SECONDS = 30.0


async def kill_each(scene: Scene) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret; the same order in every run
    for _ in range(scene.scale.rounds):
        for name in chance.sample(OURS, len(OURS)):
            await asyncio.sleep(chance.random() * PAUSE_SECONDS)
            scene.cast.kill(name)  # whoever watches over the stack starts it again
        await scene.cast.ready()


async def kill_broker(scene: Scene) -> None:
    await asyncio.to_thread(scene.stack.broker.kill)
    await asyncio.sleep(AWAY_SECONDS)
    await scene.bring_broker()


async def lose_broker(scene: Scene) -> None:
    """As the runbook says: relays stand still until the topics are made and everything is told again."""
    await asyncio.to_thread(scene.stack.broker.kill)
    scene.cast.take_away(*RELAYS)
    shutil.rmtree(scene.stack.broker.folder / "log")
    await scene.bring_broker()
    await scene.republish()
    scene.cast.start(*RELAYS)


async def kill_postgres(scene: Scene) -> None:
    await asyncio.to_thread(_kill_first, scene.stack.postgres)
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(scene.stack.postgres.start)


def _kill_first(server: Postgres) -> None:
    """Its first process, by SIGKILL; the others see that they are orphans and end by themselves. Until then
    the memory that they share is theirs, and no other server may begin."""
    first = psutil.Process(server.pid)
    orphans = first.children(recursive=True)
    first.kill()
    _, alive = psutil.wait_procs([first, *orphans], timeout=ORPHANS_SECONDS)
    if alive:
        raise TimeoutError(
            f"{len(alive)} of Postgres' processes outlived the first by {ORPHANS_SECONDS:.0f} s"
        )
