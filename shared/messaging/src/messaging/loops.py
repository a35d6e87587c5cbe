"""A loop that works while there is work, sleeps when there is none, and waits when the ground is gone."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from messaging.errors import is_infrastructure

log = structlog.get_logger("messaging")

GROUND_GONE_SECONDS = 0.5


class Loop:
    """Calls `turn` until stopped; it returns the seconds to wait before the next one, unless woken earlier.

    A database or broker that is not there is waited for, with one warning each time; any other error ends the
    loop, and with it the service, because it is a bug.
    """

    def __init__(self, turn: Callable[[], Awaitable[float]], *, name: str) -> None:
        self._turn = turn
        self._name = name
        self._woken = asyncio.Event()
        self.stopping = False

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        """No further turn; the one under way is finished."""
        self.stopping = True
        self._woken.set()

    async def run(self) -> None:
        while not self.stopping:
            try:
                pause = await self._turn()
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                log.warning("loop_waits", loop=self._name, error=type(error).__name__)
                pause = GROUND_GONE_SECONDS
            if pause > 0:
                await self._sleep(pause)

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return
        finally:
            self._woken.clear()
