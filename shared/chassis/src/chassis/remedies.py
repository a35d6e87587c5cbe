"""What may be wrong around a service, known by the class of an error, and what mends it.

Written with every line that tells of such an error, as `reason` and `remedy`. docs/runbook.md has them as the
table of bad days, which a test compares with this one.
"""

import errno
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import asyncpg
from aiokafka import errors as kafka

from chassis.tls import tls_fault


class TroubleError(Exception):
    """Found by ourselves: its text holds nobody's data, and may be shown."""

    reason: ClassVar[str]


class NotThereError(TroubleError):
    """What was waited for at start has not come."""

    reason = "not_there"


@dataclass(frozen=True, slots=True)
class Remedy:
    """`reason` never changes; `remedy` says what to do; `errors` are those of libraries that mean it."""

    reason: str
    remedy: str
    errors: tuple[type[BaseException], ...] = ()


REMEDIES = (
    Remedy(
        "wrong_database_secret",
        "set QONYS_DATABASE_PASSWORD, or user and password in QONYS_DATABASE_DSN, to those of the role",
        (asyncpg.InvalidAuthorizationSpecificationError,),
    ),
    Remedy(
        "wrong_kafka_secret",
        "set QONYS_KAFKA_USERNAME and QONYS_KAFKA_PASSWORD to those of the broker's user (SCRAM-SHA-512)",
        (kafka.SaslAuthenticationFailed, kafka.UnsupportedSaslMechanismError, kafka.IllegalSaslStateError),
    ),
    Remedy(
        "certificate_expired", "renew the certificate, then start again whoever shows it or reads its file"
    ),
    Remedy("certificate_ends_soon", "renew the certificate before that day, then start the service again"),
    Remedy(
        "certificate_untrusted",
        "correct QONYS_DATABASE_CA_FILE or QONYS_KAFKA_CA_FILE, or the host's name in the address",
        (ssl.SSLCertVerificationError,),
    ),
    Remedy(
        "no_tls",
        "the server speaks no TLS: have it do so, or correct QONYS_DATABASE_TLS or QONYS_KAFKA_SECURITY",
    ),
    Remedy(
        "missing_topic",
        "make the topic, with as many partitions as the others, or give this user the right to see it",
        (kafka.UnknownTopicOrPartitionError,),
    ),
    Remedy(
        "wrong_kafka_rights",
        "give this user Read on the topics that it hears and on its group, and Write on those it tells on",
        (
            kafka.TopicAuthorizationFailedError,
            kafka.GroupAuthorizationFailedError,
            kafka.ClusterAuthorizationFailedError,
        ),
    ),
    Remedy(
        "wrong_database_rights",
        "give the role SELECT, INSERT, UPDATE, DELETE on the service's tables, and USAGE on their sequences",
        (asyncpg.InsufficientPrivilegeError,),
    ),
    Remedy(
        "unknown_database",
        "correct the name in QONYS_DATABASE_DSN, or make the database",
        (asyncpg.InvalidCatalogNameError,),
    ),
    Remedy("database_older", "bring the database to this version: python -m SERVICE migrate"),
    Remedy("database_newer", "start the release that the database is of; there is no way back"),
    Remedy(
        "migration_changed",
        "put back the files as they were released, and write the change as a new migration",
    ),
    Remedy(
        "relay_stands_by",
        "nothing, if it is meant to take over should the other one end; otherwise stop one of the two",
    ),
    Remedy(
        "no_disk",
        "make room beside the database or the broker; everything waits, and goes on by itself",
        (asyncpg.DiskFullError, kafka.KafkaStorageError),
    ),
    Remedy(
        "no_memory",
        "raise the limit, or give the server less to do; a process that reaches it is killed (exit code 137)",
        (MemoryError, asyncpg.OutOfMemoryError),
    ),
    Remedy("wrong_time_zone", "correct QONYS_TIMEZONE, or bring this machine's tzdata up to date"),
    Remedy("wrong_clock", "have this machine, and that of the database, follow a time server"),
    Remedy("logs_unread", "mend the collector: nobody reads our stdout, and what it did not read is gone"),
    Remedy(
        "traces_not_taken",
        "start the collector, or correct QONYS_TRACES_URL; the spans of meanwhile are lost, and nothing else",
    ),
    Remedy(
        "not_there",
        "start it; or correct QONYS_DATABASE_DSN, QONYS_KAFKA_SERVERS or the protection of the way there",
        (asyncpg.CannotConnectNowError, kafka.KafkaConnectionError),
    ),
)
_BY_REASON = {one.reason: one for one in REMEDIES}
_BY_CLASS = {cls: one for one in REMEDIES for cls in one.errors}


def remedy_for(reason: str) -> Remedy:
    """What mends this; KeyError for a reason that is none."""
    return _BY_REASON[reason]


def remedy_of(error: BaseException) -> Remedy | None:
    """What mends an error, or what it came from; None when nobody foresaw it."""
    return next(filter(None, map(_remedy, _with_causes(error))), None)


def remedy_named(name: str) -> Remedy | None:
    """The same by the name of an error's class, as log lines have it."""
    return next((one for cls, one in _BY_CLASS.items() if cls.__name__ == name), None)


def said(error: BaseException) -> str:
    """What may be shown of an error: our own text, what a certificate lacks, otherwise its class."""
    if isinstance(error, TroubleError):
        return str(error)
    return getattr(error, "verify_message", None) or type(error).__name__


def _remedy(error: BaseException) -> Remedy | None:
    if isinstance(error, TroubleError):
        return remedy_for(error.reason)
    if fault := tls_fault(error):
        return remedy_for(fault)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return remedy_for("no_disk")
    return next((_BY_CLASS[cls] for cls in type(error).__mro__ if cls in _BY_CLASS), None)


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
