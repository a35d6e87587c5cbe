"""Back-pressure: a request that could not be answered soon is refused at once, and nothing of it is kept."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil

from messaging import metrics

MOST_WAITING = 1000  # two batches: one under way, one that forms behind it
LONGEST_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 30


class Overloaded(Exception):  # noqa: N818 - a foreseen answer to the caller, not a failure of ours
    """Too many wait already, or one waits too long; come again after so many seconds."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class Pressure:
    """Knows which requests wait for their answer, the oldest first."""

    def __init__(
        self, *, service: str, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._service = service
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._began: dict[object, float] = {}
        metrics.REFUSED.labels(service)  # 0 from the start, so that the first refusal is seen

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Around one request, from its arrival to its answer. Raises `Overloaded`."""
        self.check()
        ticket = object()
        self._began[ticket] = self._clock()
        try:
            yield
        finally:
            del self._began[ticket]

    def check(self) -> None:
        """For who has much to do before the request itself. Raises `Overloaded`, as `admitted` would now."""
        oldest = self._oldest_seconds()
        if len(self._began) >= self._most or oldest > self._seconds:
            metrics.REFUSED.labels(self._service).inc()
            raise Overloaded(min(max(1, ceil(oldest)), LONGEST_RETRY_SECONDS))

    def _oldest_seconds(self) -> float:
        first = next(iter(self._began.values()), None)
        return 0.0 if first is None else self._clock() - first
