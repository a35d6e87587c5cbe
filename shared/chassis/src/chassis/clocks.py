"""Whether this process counts time as the others do: moments by the database, days by the country."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chassis.database import Pool
from chassis.remedies import TroubleError

MOST_SECONDS = 30.0  # as far apart as tokens may be (chassis.auth)
#: All of Kazakhstan since 1 March 2024. Another hour gives citizens' days other dates than the other services
#: do; and so does Asia/Almaty by a tzdata that is older than that.
COUNTRY = timedelta(hours=5)


class WrongClockError(TroubleError):
    reason = "wrong_clock"


class WrongTimeZoneError(TroubleError):
    reason = "wrong_time_zone"


async def clock_agrees(pool: Pool) -> None:
    """Raises `WrongClockError` when this machine's clock is not the database's."""
    async with pool.acquire() as connection:
        theirs: datetime = await connection.fetchval("SELECT now()")
    ahead = (datetime.now(UTC) - theirs).total_seconds()
    if abs(ahead) > MOST_SECONDS:
        minutes = max(1, round(abs(ahead) / 60))
        way = "ahead of" if ahead > 0 else "behind"
        raise WrongClockError(f"our clock is about {minutes} min {way} the database's")


def zone_is_the_countrys(zone: ZoneInfo) -> None:
    """Raises `WrongTimeZoneError` when it is another hour there now."""
    now = datetime.now(zone)
    if now.utcoffset() != COUNTRY:
        raise WrongTimeZoneError(f"{zone.key} is at UTC{now:%z}, Kazakhstan at UTC+0500")
