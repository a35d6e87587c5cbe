"""Families of which something is parked, and those who drive it on."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from messaging.kernel import Kernel
from messaging.redriving import Redriven
from support.probe import Probe, family, remembering
from support.remembering import withdrawn


async def park(serving: Probe, *sayings: str) -> tuple[UUID, Kernel, list[int]]:
    """A family whose first saying is a bug and parks all; an instance to work on it; the rows' numbers."""
    one = family()
    await serving.send(*((one, withdrawn(one, said)) for said in sayings))
    return one, serving.make_kernel(), [row["seq"] for row in await serving.parked(len(sayings), one)]


async def redrive_at_once(serving: Probe, one: UUID, kernel: Kernel, seq: int) -> Sequence[Redriven]:
    """By two people, in two instances in which the bug is mended: both wait for the family, then go."""
    other = serving.make_kernel()
    remembering(kernel).mended = remembering(other).mended = True
    async with serving.holding(one):
        driving = [asyncio.create_task(k.parking.redrive(seq, by="ops")) for k in (kernel, other)]
        await serving.waiting(2)
    return await asyncio.gather(*driving)
