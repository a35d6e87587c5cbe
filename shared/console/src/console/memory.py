"""How much memory a stack takes: resident sets of all its processes, the most that was seen."""

import threading
from collections.abc import Iterator
from types import TracebackType

import psutil

from console import background
from console.layout import Stack

EVERY_SECONDS = 1.0


class Meter:
    """Measures while its block runs; `most_bytes` is the highest sum of resident sets."""

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
        while not self._over.wait(EVERY_SECONDS):
            self.most_bytes = max(self.most_bytes, resident_bytes(self._stack))


def resident_bytes(stack: Stack) -> int:
    """All processes of the stack together, its supervisor too; memory they share counts for each."""
    return sum(map(_resident, _everything(stack)))


def _everything(stack: Stack) -> Iterator[psutil.Process]:
    supervisor = background.running(stack.supervisor)
    for pid in (supervisor.pid if supervisor else None, stack.postgres.pid):
        if pid is not None and psutil.pid_exists(pid):
            yield psutil.Process(pid)
            yield from psutil.Process(pid).children(recursive=True)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
