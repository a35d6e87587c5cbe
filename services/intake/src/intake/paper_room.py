"""Room for papers on their way in: each lies in memory until it was looked at and stored.

Invariant: all that are being taken in never have more bytes than the room; who does not fit is refused before
the file is read: test_many_large_papers_at_once_take_no_more_memory_than_the_room
"""

from collections.abc import Iterator
from contextlib import contextmanager

from messaging import Overloaded, metrics

RETRY_SECONDS = 2


class PaperRoom:
    def __init__(self, size_bytes: int) -> None:
        self._free_bytes = size_bytes
        metrics.REFUSED.labels("intake")

    @contextmanager
    def taken(self, size_bytes: int) -> Iterator[None]:
        """Around one paper, from before its first byte until it is stored. Raises `Overloaded`."""
        if size_bytes > self._free_bytes:
            metrics.REFUSED.labels("intake").inc()
            raise Overloaded(RETRY_SECONDS)
        self._free_bytes -= size_bytes
        try:
            yield
        finally:
            self._free_bytes += size_bytes
