"""Work shared among processes: this one alone where little is to be done, more of them where much is."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TypeVar

Task = TypeVar("Task")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Crew:
    """`pool` is None where this process is all there is."""

    size: int
    pool: Executor | None

    async def do(self, work: Callable[[Task, int], Awaitable[Found]], task: Task) -> Sequence[Found]:
        """What each found, of its share: the first is 0. `work` and `task` must be picklable."""
        if self.pool is None:
            return [await work(task, 0)]
        loop = asyncio.get_running_loop()
        shares = [loop.run_in_executor(self.pool, _do, work, task, share) for share in range(self.size)]
        return await asyncio.gather(*shares)


@contextmanager
def crew(size: int) -> Iterator[Crew]:
    """So many processes, until the end of the context."""
    if size == 1:
        yield Crew(1, None)
        return
    # Spawned, not forked: this one has connections and an event loop. In none of them anything points back at
    # what points at it, so that looking for cycles would only take time: a third of it, as often as usual.
    with ProcessPoolExecutor(size, mp_context=get_context("spawn"), initializer=gc.disable) as pool:
        yield Crew(size, pool)


def _do(work: Callable[[Task, int], Awaitable[Found]], task: Task, share: int) -> Found:
    async def run() -> Found:
        return await work(task, share)

    return asyncio.run(run())
