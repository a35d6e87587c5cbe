"""Looks at something again and again while a block lasts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def looking(look: Callable[[], Awaitable[None]], *, every_seconds: float) -> AsyncIterator[None]:
    """A look that fails ends the block at once: nobody would see what comes after it."""

    async def again() -> None:
        while True:
            await look()
            await asyncio.sleep(every_seconds)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(again())
        try:
            yield
        finally:
            task.cancel()
