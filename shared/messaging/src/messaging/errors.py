"""Which errors mean that the ground is gone (try again, park nothing), and which that a message is bad."""

import asyncpg
from aiokafka.errors import KafkaError

from messaging.kinds import TransientError

#: Postgres error classes that say nothing about the message: connection, resources, shutdown, rollback of a
#: serialisation or a deadlock, read-only standby (PostgreSQL documentation, appendix A).
_GROUND = ("08", "53", "57", "58", "40", "25006", "55P03")

#: What means: the database or the broker is not there now.
CONNECTION_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    KafkaError,
    TransientError,
)


def is_infrastructure(error: BaseException) -> bool:
    """True when the same message may well be settled later, without a person."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(_GROUND)
    return isinstance(error, CONNECTION_ERRORS)
