"""A catalogue that cannot be used is said before the start, with the place that does not fit."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from integration_support.settings import IntegrationSettings


def settings(catalogue: Path | None = None) -> IntegrationSettings:
    more = {"catalogue_file": catalogue} if catalogue else {}
    return IntegrationSettings(
        database_dsn=SecretStr("postgresql://localhost/x"),
        kafka_servers="localhost:9092",
        oidc_issuer="https://id.example",
        oidc_jwks_url="https://id.example/jwks.json",
        **more,  # type: ignore[arg-type]
    )


def test_the_catalogue_of_the_package_has_25_services_in_five_groups() -> None:
    services = settings().catalogue.services
    assert len(services) == 25
    assert {one.group for one in services} == {"information", "legal", "social", "medical", "educational"}


def test_no_register_code_was_invented() -> None:
    assert {one.register_code for one in settings().catalogue.services} == {None}


@pytest.mark.parametrize(
    ("text", "place"), [("{", "truncated"), ('{"services": [{"no": 0}]}', r"\$.services\[0\].no")]
)
def test_an_unusable_catalogue_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "catalogue.json"
    file.write_text(text)
    with pytest.raises(ValidationError, match=place):
        settings(file)
