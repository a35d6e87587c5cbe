"""How much memory a stack takes, all processes together.

A page that several share (Postgres' buffers, libraries) is resident once and counts once, where the system
tells (Linux: proportional set size); elsewhere it counts for each.
"""

import threading
from collections.abc import Iterator
from types import TracebackType

import psutil

from console import background
from console.layout import Stack

EVERY_SECONDS = 2.0


class Meter:
    """Measures while its block runs; `most_bytes` is the most that was seen."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._measure, daemon=True)
        self.most_bytes = 0

    def __enter__(self) -> "Meter":
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _measure(self) -> None:
        over = False
        while not over:
            self.most_bytes = max(self.most_bytes, resident_bytes(self._stack))
            over = self._over.wait(EVERY_SECONDS)


def resident_bytes(stack: Stack) -> int:
    """What all processes of the stack hold in memory now, its supervisor too."""
    return sum(map(_resident, _everything(stack)))


def _everything(stack: Stack) -> Iterator[psutil.Process]:
    supervisor = background.running(stack.supervisor)
    for pid in (supervisor.pid if supervisor else None, stack.postgres.pid):
        if pid is not None and psutil.pid_exists(pid):
            yield psutil.Process(pid)
            yield from psutil.Process(pid).children(recursive=True)


def _resident(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except psutil.Error:  # gone, or somebody else's
        return 0
    return int(getattr(memory, "pss", memory.rss))
