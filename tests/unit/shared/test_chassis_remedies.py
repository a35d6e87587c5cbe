"""What mends an error is known by the error, or by what it came from."""

import errno
import ssl

import asyncpg
import pytest
from aiokafka import errors as kafka

from chassis.migrations import MigrationError, NewerDatabaseError
from chassis.remedies import REMEDIES, remedy_named, remedy_of, said


def verification_error(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
    error.verify_code, error.verify_message = code, "what was wrong with it"
    return error


KNOWN: list[tuple[Exception, str]] = [
    (asyncpg.InvalidPasswordError("role aa"), "wrong_database_secret"),
    (asyncpg.InvalidAuthorizationSpecificationError("no entry"), "wrong_database_secret"),
    (asyncpg.DiskFullError("no space"), "no_disk"),
    (OSError(errno.ENOSPC, "no space"), "no_disk"),
    (asyncpg.OutOfMemoryError("out of memory"), "no_memory"),
    (MemoryError(), "no_memory"),
    (kafka.SaslAuthenticationFailed("who"), "wrong_kafka_secret"),
    (kafka.GroupAuthorizationFailedError("group"), "wrong_kafka_rights"),
    (verification_error(10), "certificate_expired"),
    (verification_error(62), "certificate_untrusted"),
    (verification_error(20), "certificate_untrusted"),
    (ConnectionError('PostgreSQL server at "db:5432" rejected SSL upgrade'), "no_tls"),
    (MigrationError("changed"), "migration_changed"),
    (NewerDatabaseError("newer"), "database_newer"),
]


@pytest.mark.parametrize(("error", "reason"), KNOWN, ids=lambda one: getattr(one, "reason", str(one))[:40])
def test_an_error_whose_cause_is_known_has_its_remedy(error: Exception, reason: str) -> None:
    known = remedy_of(error)
    assert known is not None
    assert known.reason == reason


def test_an_error_has_the_remedy_of_what_it_came_from() -> None:
    error = RuntimeError("the start failed")
    error.__cause__ = asyncpg.InvalidPasswordError("role aa")
    assert getattr(remedy_of(error), "reason", None) == "wrong_database_secret"


@pytest.mark.parametrize(
    "error", [ZeroDivisionError(), ConnectionRefusedError(), asyncpg.UndefinedTableError()]
)
def test_an_error_that_may_mean_anything_has_none(error: Exception) -> None:
    assert remedy_of(error) is None
    assert remedy_named(type(error).__name__) is None


def test_only_texts_of_our_own_are_shown() -> None:
    assert said(NewerDatabaseError("the database has intake migration 0009")).startswith("the database has")
    assert said(asyncpg.UniqueViolationError("Key (iin)=(900101300015) exists")) == "UniqueViolationError"
    assert said(verification_error(20)) == "what was wrong with it"


def test_every_reason_is_there_once_and_has_one_sentence() -> None:
    assert len({one.reason for one in REMEDIES}) == len(REMEDIES)
    assert [one.remedy for one in REMEDIES if "\n" in one.remedy or one.remedy.endswith(".")] == []
