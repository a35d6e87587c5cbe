"""What each service is told by its environment when a stack runs on this machine; the one place for it."""

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from console.layout import Stack
from sandbox.keys import kept_pair

#: In each process's pool: eight processes share a server and a laptop's memory.
CONNECTIONS = 6


def package(service: str) -> str:
    """The import package, which is the name of the service's database as well."""
    return service.replace("-", "_")


def service_environment(stack: Stack, service: str) -> dict[str, str]:
    """The variables of `serve` (a relay takes the same, with a port of its own)."""
    return _common(stack, service) | own_variables(stack, service)


def own_variables(stack: Stack, service: str) -> dict[str, str]:
    """Those that only this service has."""
    return _OWN[service](stack)


def make_keys(stack: Stack) -> None:
    """Make, once, the keys of our requests to the gateway, of its replies, and of certificates."""
    kept_pair(stack.folder / "keys", "verification")
    kept_pair(stack.folder / "sandbox", "registry")
    keep_certificate_key(stack.folder / "keys" / "certificate-key.pem")


def _common(stack: Stack, service: str) -> dict[str, str]:
    database, broker = package(service), stack.broker
    sandbox = stack.url("sandbox")
    return {
        "QONYS_DATABASE_DSN": stack.postgres.dsn(database, role=database),
        "QONYS_DATABASE_TLS": "off",
        "QONYS_DATABASE_CONNECTIONS": str(CONNECTIONS),
        "QONYS_KAFKA_SERVERS": broker.servers,
        "QONYS_KAFKA_SECURITY": "plaintext",
        "QONYS_KAFKA_TOPIC_PREFIX": "",
        "QONYS_KAFKA_FETCH_MAX_WAIT_MS": str(broker.fetch_max_wait_ms),
        "QONYS_KAFKA_SESSION_MS": str(broker.session_ms),
        "QONYS_KAFKA_IDEMPOTENT": str(broker.idempotent).lower(),
        "QONYS_HTTP_HOST": "127.0.0.1",
        "QONYS_HTTP_PORT": str(stack.ports[service]),
        "QONYS_OIDC_ISSUER": sandbox,
        "QONYS_OIDC_JWKS_URL": f"{sandbox}/jwks.json",
        "QONYS_LOG_FORMAT": "json",
    }


def _intake(stack: Stack) -> dict[str, str]:
    return {"QONYS_PAPERS_FOLDER": str(stack.folder / "papers")}


def _verification(stack: Stack) -> dict[str, str]:
    keys = stack.folder / "keys"
    return {
        "QONYS_CERTIFICATE_KEY_FILE": str(keys / "certificate-key.pem"),
        "QONYS_GATEWAY_URL": f"{stack.url('sandbox')}/gateway/sync",
        "QONYS_GATEWAY_KEY_FILE": str(keys / "verification-key.pem"),
        "QONYS_GATEWAY_CLIENT_CERTIFICATE_FILE": str(keys / "verification-certificate.pem"),
        "QONYS_GATEWAY_CERTIFICATE_FILE": str(stack.folder / "sandbox" / "registry-certificate.pem"),
        "QONYS_SILENCE_FIRST_SECONDS": str(stack.pace.silence_seconds),
    }


def _notification(stack: Stack) -> dict[str, str]:
    return {
        "QONYS_SMTP_HOST": "127.0.0.1",
        "QONYS_SMTP_PORT": str(stack.ports["sandbox-smtp"]),
        "QONYS_SMTP_TLS": "off",
        "QONYS_SMS_URL": f"{stack.url('sandbox')}/sms",
        "QONYS_RECEIPTS_URL": f"{stack.url('notification')}/v1/receipts",
    }


def _integration(_: Stack) -> dict[str, str]:
    return {}


_OWN = {
    "intake": _intake,
    "verification": _verification,
    "notification": _notification,
    "integration-support": _integration,
}


def keep_certificate_key(file: Path) -> None:
    """Make, once, the key that signs certificates (P-256, PEM)."""
    if file.exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
