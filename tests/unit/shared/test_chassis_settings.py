"""Settings: all errors at once, in plain words, and no secret shown."""

import ssl
from pathlib import Path

import pytest

from chassis.kafka import kafka_client
from chassis.settings import (
    DatabaseTls,
    KafkaSecurity,
    ServiceSettings,
    load_settings,
    settings_table,
    variable,
)
from chassis.tls import database_tls, kafka_tls

GOOD = {
    "QONYS_DATABASE_DSN": "postgresql://intake:hunter2@db/intake",
    "QONYS_KAFKA_SERVERS": "a:9092,b:9092",
    "QONYS_OIDC_ISSUER": "https://id.example",
    "QONYS_OIDC_JWKS_URL": "https://id.example/jwks.json",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ServiceSettings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_four_variables_are_enough() -> None:
    settings = load_settings(ServiceSettings)
    assert settings.http_port == 8000
    assert str(settings.zone) == "Asia/Almaty"
    assert settings.database_dsn.get_secret_value() == GOOD["QONYS_DATABASE_DSN"]


@pytest.mark.usefixtures("environment")
def test_a_secret_is_not_shown_by_repr() -> None:
    assert "hunter2" not in repr(load_settings(ServiceSettings))


def test_all_errors_are_told_at_once_without_the_values(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.delenv("QONYS_DATABASE_DSN")
    environment.setenv("QONYS_KAFKA_SERVERS", "hunter2 in the wrong variable")
    environment.setenv("QONYS_HTTP_PORT", "hunter2")
    environment.setenv("QONYS_KAFKA_SECURITY", "sasl_ssl")
    environment.setenv("QONYS_TIMEZONE", "Mars/hunter2")
    environment.setenv("QONYS_OIDC_JWKS_URL", "hunter2")
    with pytest.raises(SystemExit) as stopped:
        load_settings(ServiceSettings)
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert "hunter2" not in said
    assert "Traceback" not in said
    for name in ("DATABASE_DSN", "KAFKA_SERVERS", "HTTP_PORT", "KAFKA_PASSWORD", "TIMEZONE", "OIDC_JWKS_URL"):
        assert f"QONYS_{name}: " in said
    assert "QONYS_DATABASE_DSN: is not set (expected: Address of the service's own database" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_PASSWORD", " ChangeMe "),
        ("KAFKA_PASSWORD", "kafka"),
        ("DATABASE_DSN", "postgresql://intake:postgres@db/intake"),
        ("DATABASE_DSN", "postgresql://intake:change%2Dme@db/intake"),
        ("DATABASE_DSN", "postgresql://intake:@db/intake"),
    ],
)
def test_a_password_that_anybody_guesses_is_refused(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    environment.setenv(f"QONYS_{name}", value)
    with pytest.raises(SystemExit):
        load_settings(ServiceSettings)
    said = capsys.readouterr().err
    assert f"QONYS_{name}: " in said
    assert "anybody guesses" in said
    assert value not in said


def test_an_empty_variable_counts_as_not_set(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("QONYS_KAFKA_CA_FILE", "")
    assert load_settings(ServiceSettings).kafka_ca_file is None


def test_every_setting_is_described() -> None:
    table = settings_table(ServiceSettings)
    for name, field in ServiceSettings.model_fields.items():
        assert field.description
        assert f"| `{variable(name)}` |" in table
    assert "| `QONYS_DATABASE_DSN` | secret | **required** |" in table
    assert "| `QONYS_HTTP_DOCS` | true or false | `false` |" in table


def test_plain_ways_have_no_tls(environment: pytest.MonkeyPatch) -> None:
    settings = load_settings(ServiceSettings)
    assert database_tls(settings) is False
    assert kafka_tls(settings) is None
    assert kafka_client(settings) == {
        "bootstrap_servers": "a:9092,b:9092",
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }
    environment.setenv("QONYS_DATABASE_TLS", DatabaseTls.REQUIRE)
    context = database_tls(load_settings(ServiceSettings))
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_NONE


def test_full_protection_checks_certificate_and_name(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("QONYS_DATABASE_TLS", DatabaseTls.VERIFY_FULL)
    environment.setenv("QONYS_KAFKA_SECURITY", KafkaSecurity.SASL_SSL)
    environment.setenv("QONYS_KAFKA_USERNAME", "intake")
    environment.setenv("QONYS_KAFKA_PASSWORD", "hunter2")
    settings = load_settings(ServiceSettings)
    for context in (database_tls(settings), kafka_tls(settings)):
        assert isinstance(context, ssl.SSLContext)
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
    client = kafka_client(settings)
    assert client["security_protocol"] == "SASL_SSL"
    assert client["sasl_mechanism"] == "SCRAM-SHA-512"
    assert client["sasl_plain_password"] == "hunter2"


@pytest.mark.usefixtures("environment")
def test_a_secret_may_lie_in_a_file_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "qonys_database_password").write_text("hunter2\n")
    settings = ServiceSettings(_secrets_dir=tmp_path)
    assert settings.database_password is not None
    assert settings.database_password.get_secret_value() == "hunter2"


def test_a_default_secret_is_refused_by_its_name(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("QONYS_KAFKA_PASSWORD", "ChangeMe")
    with pytest.raises(SystemExit):
        load_settings(ServiceSettings)
    assert "QONYS_KAFKA_PASSWORD: is empty or a default" in capsys.readouterr().err


def test_an_event_is_known_for_as_long_as_it_can_come_back(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("QONYS_OUTBOX_DAYS", "30")
    environment.setenv("QONYS_TOPIC_DAYS", "14")
    environment.setenv("QONYS_INBOX_DAYS", "44")
    assert load_settings(ServiceSettings).keep.inbox_days == 44
    environment.setenv("QONYS_INBOX_DAYS", "43")
    with pytest.raises(SystemExit):
        load_settings(ServiceSettings)
    assert "QONYS_INBOX_DAYS: must be at least 44" in capsys.readouterr().err
