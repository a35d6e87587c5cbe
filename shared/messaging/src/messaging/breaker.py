"""A circuit breaker for one target: after failures in a row, calls wait; then one probe decides."""

import time
from collections.abc import Callable


class Breaker:
    """Closed: calls pass. Open: none pass until `seconds` are over. Then one passes, and its end decides."""

    def __init__(self, *, after: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._after = after
        self._seconds = seconds
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None

    def passes(self, limit: int, *, under_way: int) -> int:
        """How many more calls may go now, when `limit` may be under way at once."""
        if self._opened_at is not None:
            limit = 1 if self._clock() - self._opened_at >= self._seconds else 0
        return max(0, limit - under_way)

    @property
    def is_open(self) -> bool:
        return self._opened_at is not None

    def succeeded(self) -> None:
        self._failures, self._opened_at = 0, None

    def failed(self) -> bool:
        """Counts a failure; True when it opened the breaker just now."""
        self._failures += 1
        if self._failures < self._after and self._opened_at is None:
            return False
        was_open = self.is_open
        self._opened_at = self._clock()
        return not was_open
