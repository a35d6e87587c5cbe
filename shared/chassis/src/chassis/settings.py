"""What a service is told by its environment: each setting named, described and checked before the start."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AnyHttpUrl,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsConfigDict, SettingsError

from chassis.keeping import KeepingSettings

PREFIX = "QONYS_"

#: Where containers find secrets as files: `qonys_kafka_password` is QONYS_KAFKA_PASSWORD.
SECRETS_FOLDER = "/run/secrets"
#: What people write until they think of a password.
_DEFAULTS = frozenset({"password", "changeme", "change-me", "secret", "postgres", "kafka", "admin", "qonys"})


class DatabaseTls(StrEnum):
    OFF = "off"
    REQUIRE = "require"  # encrypted, the server's name is not checked
    VERIFY_FULL = "verify-full"


class KafkaSecurity(StrEnum):
    PLAINTEXT = "plaintext"
    SSL = "ssl"
    SASL_PLAINTEXT = "sasl_plaintext"
    SASL_SSL = "sasl_ssl"


class LogFormat(StrEnum):
    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class ServiceSettings(KeepingSettings):
    """Settings that every service has; a service adds its own in a subclass."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,  # compose files pass variables on that are not set
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
        secrets_dir=SECRETS_FOLDER if Path(SECRETS_FOLDER).is_dir() else None,
    )

    database_dsn: SecretStr = Field(description="Address of the service's own database: postgresql://…")
    database_password: SecretStr | None = Field(
        None, description="Password of the database's role, when the address holds none"
    )
    database_tls: DatabaseTls = Field(DatabaseTls.OFF, description="Encryption of the way to Postgres")
    database_ca_file: FilePath | None = Field(
        None, description="Certificates trusted for Postgres; the system's own when not given"
    )
    database_connections: int = Field(10, ge=2, le=200, description="Most connections in the pool")
    start_wait_seconds: float = Field(
        60, ge=0, description="How long to wait at start for a database or broker that is not there yet"
    )
    migrate_at_start: bool = Field(True, description="Apply missing migrations before serving")

    kafka_servers: str = Field(
        description="Addresses of the brokers: host:port, separated by commas",
        pattern=r"^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$",
    )
    kafka_security: KafkaSecurity = Field(
        KafkaSecurity.PLAINTEXT, description="Protection of the way to Kafka"
    )
    kafka_username: str | None = Field(None, description="User of SASL (SCRAM-SHA-512)")
    kafka_password: SecretStr | None = Field(None, description="Password of SASL (SCRAM-SHA-512)")
    kafka_ca_file: FilePath | None = Field(
        None, description="Certificates trusted for Kafka; the system's own when not given"
    )
    kafka_fetch_max_wait_ms: int = Field(
        500, ge=1, le=60_000, description="Longest wait of one poll, in ms; 60 for the embedded broker"
    )
    kafka_session_ms: int = Field(
        10_000,
        ge=2000,
        le=300_000,
        description="A consumer that gives no sign for so many ms loses its work to the others; one that "
        "stops says so. 3000 for the embedded broker, which lets whoever joins wait for half of it",
    )
    kafka_idempotent: bool = Field(True, description="Idempotent producer; the embedded broker has none")
    kafka_topic_prefix: str = Field(
        "", description="Begins the names of topics and groups, where several systems share one broker"
    )
    poll_age_limit_seconds: float = Field(
        60, gt=0, description="Age of the last successful poll after which the service counts as dead"
    )
    watch_seconds: float = Field(
        30, gt=0, le=30, description="Time between two looks whether the process has all it needs"
    )
    parked_alarm_seconds: float = Field(
        900, gt=0, description="Age of the oldest parked message from which it is an alarm"
    )

    http_host: str = Field("127.0.0.1", description="Address to listen on")
    http_port: int = Field(8000, ge=0, le=65_535, description="Port to listen on; 0 takes a free one")
    http_body_limit_bytes: int = Field(1_048_576, ge=1, description="Largest body of a request, in bytes")
    http_docs: bool = Field(False, description="Show the interface's pages at /docs")
    stop_seconds: int = Field(20, ge=1, description="Time that requests and batches have to finish on stop")

    oidc_issuer: str = Field(description="Issuer (iss) of accepted tokens", min_length=1)
    oidc_jwks_url: AnyHttpUrl = Field(description="Where the issuer's public keys are (JWKS)")
    oidc_audience: str = Field("qonys", description="Audience (aud) of accepted tokens", min_length=1)

    log_format: LogFormat = Field(LogFormat.AUTO, description="auto: readable on a terminal, JSON elsewhere")
    log_level: LogLevel = Field(LogLevel.INFO, description="Least level of lines that are written")
    traces_url: AnyHttpUrl | None = Field(
        None,
        description="Where spans are sent (OTLP over HTTP), such as http://collector:4318/v1/traces; "
        "none are made when not given",
    )
    timezone: str = Field("Asia/Almaty", description="Time zone of the citizens' days (IANA name)")

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, LookupError):
            raise ValueError("must be the name of a time zone, such as Asia/Almaty") from None
        return name

    # A check of one field, not of the whole: it then speaks together with all other errors.
    @field_validator("kafka_username", "kafka_password")
    @classmethod
    def _sasl_needs_a_user(cls, value: Any, info: ValidationInfo) -> Any:
        if str(info.data.get("kafka_security", "")).startswith("sasl") and not value:
            raise ValueError(f"must be given when {PREFIX}KAFKA_SECURITY is sasl_…")
        return value

    @field_validator("database_password", "kafka_password")
    @classmethod
    def _nobody_guesses_it(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and _guessed(value.get_secret_value()):
            raise ValueError("is empty or a default that anybody guesses")
        return value

    @field_validator("database_dsn")
    @classmethod
    def _nor_what_is_in_the_address(cls, dsn: SecretStr) -> SecretStr:
        password = urlsplit(dsn.get_secret_value()).password
        if password is not None and _guessed(unquote(password)):
            raise ValueError("its password is empty or a default that anybody guesses")
        return dsn

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def _guessed(secret: str) -> bool:
    return secret.strip().lower() in {"", *_DEFAULTS}


S = TypeVar("S", bound=ServiceSettings)


def load_settings(cls: type[S]) -> S:
    """The settings from the environment; when any is wrong, all errors in plain words and exit code 2."""
    try:
        return cls()
    except ValidationError as error:
        # Inputs stay out: a wrong value may well be a password in the wrong variable.
        _give_up([_in_words(cls, one) for one in error.errors(include_input=False, include_url=False)])
    except SettingsError as error:
        _give_up([str(error)])


def settings_table(cls: type[ServiceSettings]) -> str:
    """A markdown table of all settings of one service: variable, type, default, what it means."""
    lines = ["| variable | value | default | meaning |", "| --- | --- | --- | --- |"]
    for name in cls.model_fields:
        kind, default, meaning = _documented(cls, name)
        lines.append(f"| `{variable(name)}` | {kind} | {default} | {meaning} |")
    return "\n".join(lines) + "\n"


def variable(field: str) -> str:
    """The environment variable of a field."""
    return f"{PREFIX}{field}".upper()


def _in_words(cls: type[ServiceSettings], error: ErrorDetails) -> str:
    field = str(error["loc"][0]) if error["loc"] else ""
    info = cls.model_fields.get(field)
    wrong = _PLAIN.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    expected = f" (expected: {info.description})" if info and info.description else ""
    return f"{variable(field)}: {wrong}{expected}"


def _give_up(lines: list[str]) -> NoReturn:
    sys.stderr.write("The settings are not usable:\n" + "".join(f"  {line}\n" for line in lines))
    raise SystemExit(2)


def _documented(cls: type[ServiceSettings], name: str) -> tuple[str, str, str]:
    info = cls.model_fields[name]
    default = "**required**" if info.is_required() else _shown(info.default)
    return _kind(info.annotation), default, info.description or ""


def _kind(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return " or ".join(f"`{member}`" for member in annotation)
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    for long, short in _KINDS.items():
        if long in text:
            return short
    return text


def _shown(default: object) -> str:
    if default in (None, "", (), {}):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


_PLAIN = {"missing": "is not set", "string_pattern_mismatch": "has another form"}
_KINDS = {
    "tuple": "JSON list",
    "dict": "JSON object",
    "SecretStr": "secret",
    "Path": "file or folder",
    "Url": "URL",
    "bool": "true or false",
    "int": "whole number",
    "float": "number",
    "str": "text",
}
