"""Batches that form by themselves: whatever arrives while one transaction runs goes into the next."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_AT_ONCE = 500
FEW = 50
LINGER_SECONDS = 0.004


class Gather(Generic[Item, Result]):
    """Hands queued items to `settle` many at a time, each caller gets its own result or the batch's error.

    The first of a batch waits a few milliseconds for company: one transaction for all of them costs hardly
    more than one for each would.
    """

    def __init__(
        self,
        settle: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        linger_seconds: float = LINGER_SECONDS,
    ) -> None:
        self._settle = settle
        self._linger_seconds = linger_seconds
        self._queue: list[tuple[Item, asyncio.Future[Result]]] = []
        self._running: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Result:
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._queue.append((item, future))
        if self._running is None or self._running.done():
            # A context of its own: the batch is not the first caller's, nor are its log lines.
            self._running = asyncio.create_task(self._run(), context=contextvars.Context())
        return await future

    async def drain(self) -> None:
        """Waits until everything queued has been settled."""
        while self._running is not None and not self._running.done():
            await asyncio.shield(self._running)

    async def _run(self) -> None:
        while self._queue:
            if len(self._queue) < FEW:
                await asyncio.sleep(self._linger_seconds)
            batch, self._queue = self._queue[:MOST_AT_ONCE], self._queue[MOST_AT_ONCE:]
            try:
                results = await self._settle([item for item, _ in batch])
            except Exception as error:  # the ground is gone: every caller hears so
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)
