"""FastStream's broker, for a kernel that consumes; apart from the other clients, as it takes long to load."""

from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLScram512

from chassis.kafka import METADATA_MAX_AGE_MS
from chassis.settings import KafkaSecurity, ServiceSettings
from chassis.tls import kafka_tls


def kafka_broker(settings: ServiceSettings) -> KafkaBroker:
    """FastStream's broker as the kernel's consumer wants it: no logging, no injection, no producer."""
    return KafkaBroker(
        settings.kafka_servers.split(","),
        security=_security(settings),
        apply_types=False,
        logger=None,
        consumer_only=True,
        metadata_max_age_ms=METADATA_MAX_AGE_MS,
        graceful_timeout=settings.stop_seconds,
    )


def _security(settings: ServiceSettings) -> BaseSecurity | None:
    if settings.kafka_security is KafkaSecurity.PLAINTEXT:
        return None
    context = kafka_tls(settings)
    if settings.kafka_security is KafkaSecurity.SSL:
        return BaseSecurity(ssl_context=context, use_ssl=True)
    password = settings.kafka_password.get_secret_value() if settings.kafka_password else ""
    return SASLScram512(
        settings.kafka_username or "", password, ssl_context=context, use_ssl=context is not None
    )
