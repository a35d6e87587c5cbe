"""Writes log lines from a thread of its own, so that a reader who does not read never stops the service.

Invariant: `write` never waits. When nobody reads and the queue is full, lines are dropped, and the next
line that gets through is preceded by one that says how many were (`log_lines_dropped`). Each is counted at
once, by `lost`, and so are those that a reader who has gone will never read.
"""

import atexit
import os
import queue
import select
import threading
from collections.abc import Callable

QUEUE_LINES = 20_000
LINES_AT_ONCE = 100
FLUSH_SECONDS = 2.0


class LineWriter:
    """A bounded queue in front of a file descriptor."""

    def __init__(
        self, descriptor: int, *, dropped_line: Callable[[int], bytes], lost: Callable[[int], object]
    ) -> None:
        self._descriptor = descriptor
        self._dropped_line = dropped_line
        self._lost = lost  # called from both threads
        self._lines: queue.Queue[bytes] = queue.Queue(QUEUE_LINES)
        self._dropped = 0  # counted where lines come in; `_told` only by the thread, so neither needs a lock
        self._told = 0
        threading.Thread(target=self._run, name="log lines", daemon=True).start()
        atexit.register(self.flush)

    def write(self, line: bytes) -> None:
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1
            self._lost(1)

    def flush(self, wait_seconds: float = FLUSH_SECONDS) -> None:
        """Waits until all lines are out, but no longer than `wait_seconds`."""
        with self._lines.all_tasks_done:
            self._lines.all_tasks_done.wait_for(lambda: not self._lines.unfinished_tasks, wait_seconds)

    def _run(self) -> None:
        while True:
            lines = self._next_lines()
            if not self._write_all(b"".join(lines)):
                self._lost(len(lines))
            for _ in lines:
                self._lines.task_done()

    def _next_lines(self) -> list[bytes]:
        lines = [self._lines.get()]
        while len(lines) < LINES_AT_ONCE and not self._lines.empty():
            lines.append(self._lines.get())
        if dropped := self._dropped - self._told:
            lines[0] = self._dropped_line(dropped) + lines[0]
            self._told += dropped
        return lines

    def _write_all(self, block: bytes) -> bool:
        """False when the reader is gone for good: the service has work to do."""
        try:
            while block:
                select.select([], [self._descriptor], [])  # stdout may have been made non-blocking
                block = block[os.write(self._descriptor, block) :]
        except OSError:
            return False
        return True
