"""Waits until nothing is on its way: nothing untold, nothing unheard, nobody to be asked, now or again."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer

from console.audit.sources import Sources, UnreadableSourceError, snapshots
from console.audit.topics import acknowledged, beyond, extent, reading

LOOK_SECONDS = 0.5
UNTOLD = "SELECT coalesce(sum(events), 0)::bigint FROM untold"
#: Calls, and reminders that end a register's silence: another call follows from them.
TO_BE_ASKED = "SELECT count(*) FROM due WHERE kind = 'ask' OR name = 'SilenceOver'"

#: What is on its way, in words, and how much of it there is; without what there is none of.
OnTheWay: TypeAlias = Mapping[str, int]


def in_words(left: OnTheWay) -> str:
    return ", ".join(f"{count} {what}" for what, count in left.items())


def _nobody(_: OnTheWay) -> None:
    """Nobody looks on."""


async def settle(sources: Sources, *, seconds: float, say: Callable[[OnTheWay], object] = _nobody) -> None:
    """Returns when nothing is on its way; UnreadableSourceError when something still is after so long. `say`
    is told at every look what is."""
    last = time.monotonic() + seconds
    async with reading(sources) as consumer:
        while left := await _on_the_way(sources, consumer):
            say(left)
            # Between two looks: whoever is cut off while it connects leaves the connection to nobody.
            if time.monotonic() > last:
                raise UnreadableSourceError(
                    f"still on their way after {seconds:.0f} s: {in_words(left)}",
                    remedy="what holds them? qonys status",
                )
            await asyncio.sleep(LOOK_SECONDS)


async def _on_the_way(sources: Sources, consumer: AIOKafkaConsumer) -> OnTheWay:
    found = {f"events unheard by {reader}": lag for reader, lag in (await _lags(sources, consumer)).items()}
    async with snapshots(sources) as books:
        for service, book in books.items():
            found[f"events untold by {service}"] = await book.one(UNTOLD)
            found[f"questions to be asked by {service}"] = await book.one(TO_BE_ASKED)
    return {what: count for what, count in found.items() if count}


async def _lags(sources: Sources, consumer: AIOKafkaConsumer) -> Mapping[str, int]:
    """For each service the records that it has not acknowledged; where a broker cannot say where its topics
    end, those of them that it gives at once."""
    known = await acknowledged(sources, consumer.assignment())
    if not sources.ends_known:
        lags = await asyncio.gather(*(beyond(sources, offsets) for offsets in known.values()))
        return dict(zip(known, lags, strict=True))
    ends = (await extent(sources, consumer)).ends
    return {
        reader: sum(ends[place] - offset for place, offset in offsets.items())
        for reader, offsets in known.items()
    }
