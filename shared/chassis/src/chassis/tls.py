"""How the way to Postgres and to Kafka is protected, as the `ssl` contexts that their clients take."""

import ssl
from pathlib import Path

from chassis.settings import DatabaseTls, KafkaSecurity, ServiceSettings

_HAS_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED


def database_tls(settings: ServiceSettings) -> ssl.SSLContext | bool:
    """For asyncpg's `ssl=`: False, or a context that encrypts (`require`) and checks (`verify-full`)."""
    if settings.database_tls is DatabaseTls.OFF:
        return False
    context = _context(settings.database_ca_file)
    if settings.database_tls is DatabaseTls.REQUIRE:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def kafka_tls(settings: ServiceSettings) -> ssl.SSLContext | None:
    """A checking context for `ssl` and `sasl_ssl`, None for the plain protocols."""
    if settings.kafka_security in (KafkaSecurity.SSL, KafkaSecurity.SASL_SSL):
        return _context(settings.kafka_ca_file)
    return None


def tls_fault(error: BaseException) -> str | None:
    """Why the other side was not trusted, as a reason of `chassis.remedies`; None for any other error.

    Waiting mends none of these.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate_expired" if error.verify_code == _HAS_EXPIRED else "certificate_untrusted"
    if isinstance(error, ssl.SSLError):
        return "no_tls" if error.reason == "WRONG_VERSION_NUMBER" else None
    refused = isinstance(error, ConnectionError) and "rejected SSL upgrade" in str(
        error
    )  # asyncpg's own words
    return "no_tls" if refused else None


def _context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
