"""In which state each case stands, as its citizen would see it."""

import asyncio
from contextlib import suppress
from typing import NoReturn

import asyncpg

LOOK_SECONDS = 0.3
LIMIT_SECONDS = 20.0  # of one look: once, after the server had been killed, one never came to an end
STATES = "SELECT application_id::text AS id, state FROM applications"
#: The database is away for a while: that is what some drills are about.
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class News:
    """Reads all cases at once, from intake's own database: two thousand families that each looked by HTTP
    would be a load of their own."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._states: dict[str, str] = {}
        self._looks = 0
        self._looked = asyncio.Condition()

    async def run(self) -> NoReturn:
        """Until cancelled; while the database is away, nobody hears anything."""
        while True:
            with suppress(*AWAY):
                conn = await asyncpg.connect(self._dsn, timeout=LIMIT_SECONDS)
                try:
                    await self._look_on(conn)
                finally:
                    conn.terminate()
            await asyncio.sleep(LOOK_SECONDS)

    async def reaches(self, application_id: str, state: str) -> None:
        """Returns once the case stands there."""
        async with self._looked:
            await self._looked.wait_for(lambda: self._states.get(application_id) == state)

    async def looked(self) -> None:
        """Returns after a whole look from now on: whatever was there before has been seen."""
        async with self._looked:
            after = self._looks + 2  # one may be under way
            await self._looked.wait_for(lambda: self._looks >= after)

    def count(self, state: str) -> int:
        """How many cases stand there."""
        return sum(one == state for one in self._states.values())

    async def _look_on(self, conn: asyncpg.Connection) -> NoReturn:
        while True:
            async with asyncio.timeout(LIMIT_SECONDS):
                rows = await conn.fetch(STATES)
            async with self._looked:
                self._states = {row["id"]: row["state"] for row in rows}
                self._looks += 1
                self._looked.notify_all()
            await asyncio.sleep(LOOK_SECONDS)
