"""Waiting at start for something that is not there yet."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from chassis.remedies import NotThereError, said

log = structlog.get_logger()

T = TypeVar("T")
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0


async def patiently(
    attempt: Callable[[], Awaitable[T]],
    *,
    what: str,
    seconds: float,
    passes: Callable[[Exception], bool],
) -> T:
    """The result of `attempt`, tried again for `seconds` while its error is one that `passes` by itself.

    `NotThereError` when the time is over; any other error at once.
    """
    give_up_at = time.monotonic() + seconds
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return await attempt()
        except Exception as error:
            if not passes(error):
                raise
            if time.monotonic() + pause > give_up_at:
                raise NotThereError(
                    f"the {what} did not answer for {seconds:.0f} s ({said(error)})"
                ) from error
            log.warning("not_there_yet", what=what, error=type(error).__name__, again_in_seconds=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
