"""Registers that do not answer."""

import asyncio
from collections.abc import Sequence

from console.drills.scene import Scene
from console.world import opened_world
from sandbox.faults import Order, RegistryBehaviour
from sandbox.registries import EDUCATION, LABOUR, PERSONS
from sandbox.scenarios import Fault

SILENT_SECONDS = 30.0
ALL = (PERSONS, EDUCATION, LABOUR)


async def silence_register(scene: Scene) -> None:
    await _behave(scene, [EDUCATION], RegistryBehaviour.SILENT)
    await asyncio.sleep(SILENT_SECONDS)
    await _behave(scene, [EDUCATION], RegistryBehaviour.NORMAL)


async def all_silent(scene: Scene) -> None:
    await _behave(scene, ALL, RegistryBehaviour.SILENT)


async def down_for_the_load(scene: Scene) -> None:
    """Silent for half of the crowd, unavailable for the others; back when all have applied."""
    await scene.crowd.have_applied(scene.scale.families / 2)
    await _behave(scene, ALL, RegistryBehaviour.UNAVAILABLE)
    await scene.crowd.have_applied(scene.scale.families)
    decided = scene.crowd.news.count("place_reserved")
    scene.findings.must(decided == 0, f"{decided} families were given places while all registers were down")
    await _behave(scene, ALL, RegistryBehaviour.NORMAL)


async def _behave(scene: Scene, registers: Sequence[str], behaviour: RegistryBehaviour) -> None:
    async with opened_world(scene.stack.url("sandbox")) as world:
        for register in registers:
            await world.misbehave(Fault(service_id=register, order=Order(behaviour=behaviour)))
