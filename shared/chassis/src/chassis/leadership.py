"""Which relay of a service leads: the one that holds the lock in its database."""

from chassis.database import Pool
from chassis.health import Check
from chassis.remedies import TroubleError
from messaging.relay import LEADER_LOCK

# Each process has a name of its own as `application_name`.
ANOTHER = """
SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (classid::bigint << 32) + objid::bigint = $1 AND application_name <> current_setting('application_name')
"""


class StandsByError(TroubleError):
    reason = "relay_stands_by"


def no_other_leads(pool: Pool) -> Check:
    async def check() -> None:
        other: str | None = await pool.fetchval(ANOTHER, LEADER_LOCK)
        if other:
            raise StandsByError(f"{other} leads")

    return check
