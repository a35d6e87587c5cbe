"""Which errors mean that the ground is gone, and which that a message is bad."""

import asyncpg
import pytest
from aiokafka.errors import CommitFailedError, KafkaConnectionError

from messaging import PermanentError, TransientError
from messaging.errors import is_infrastructure

GONE = [
    asyncpg.ConnectionDoesNotExistError("08003"),
    asyncpg.TooManyConnectionsError("53300"),
    asyncpg.DiskFullError("53100"),
    asyncpg.AdminShutdownError("57P01"),
    asyncpg.CannotConnectNowError("57P03"),
    asyncpg.QueryCanceledError("57014"),
    asyncpg.DeadlockDetectedError("40P01"),
    asyncpg.SerializationError("40001"),
    asyncpg.ReadOnlySQLTransactionError("25006"),
    asyncpg.LockNotAvailableError("55P03"),
    asyncpg.InterfaceError("the connection is closed"),
    ConnectionRefusedError(),
    TimeoutError(),
    KafkaConnectionError(),
    CommitFailedError(),
    TransientError("later"),
]
BAD = [
    asyncpg.UniqueViolationError("23505"),
    asyncpg.CheckViolationError("23514"),
    asyncpg.NotNullViolationError("23502"),
    asyncpg.DataError("22000"),
    asyncpg.UndefinedTableError("42P01"),
    asyncpg.InsufficientPrivilegeError("42501"),
    PermanentError("a person must look"),
    ZeroDivisionError(),
    KeyError("field"),
    ValueError("shape"),
    RecursionError(),
]


@pytest.mark.parametrize("error", GONE, ids=lambda error: type(error).__name__)
def test_the_ground_is_gone(error: Exception) -> None:
    assert is_infrastructure(error)


@pytest.mark.parametrize("error", BAD, ids=lambda error: type(error).__name__)
def test_the_message_is_bad(error: Exception) -> None:
    assert not is_infrastructure(error)
