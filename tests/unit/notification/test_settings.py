"""Settings that would put something wrong into a letter are refused before the start."""

import pytest
from pydantic import AnyHttpUrl, SecretStr, ValidationError

from notification.settings import NotificationSettings


def settings(phones: dict[str, str]) -> NotificationSettings:
    return NotificationSettings(
        database_dsn=SecretStr("postgresql://localhost/x"),
        kafka_servers="localhost:9092",
        oidc_issuer="https://id.example",
        oidc_jwks_url=AnyHttpUrl("https://id.example/jwks.json"),
        sms_url=AnyHttpUrl("https://sms.example/sms"),
        receipts_url=AnyHttpUrl("https://qonys.example/v1/receipts"),
        career_centre_phones=phones,
    )


def test_a_career_centre_of_no_region_is_named() -> None:
    with pytest.raises(ValidationError, match="do not exist: 120000000"):
        settings({"590000000": "1", "120000000": "2"})


def test_letters_name_the_hotline_unless_told_otherwise() -> None:
    assert settings({}).hotline == "1414"
