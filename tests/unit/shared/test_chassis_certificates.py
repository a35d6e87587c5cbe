"""Every certificate that a setting names is looked at: one that has ended, or ends soon, is told of."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.certificates import (
    CertificateEndsSoonError,
    CertificateExpiredError,
    ends_of,
    none_ends_soon,
    none_has_ended,
)
from sandbox.keys import make_pair
from support.certificates import OVER, Authority
from verification.settings import VerificationSettings

NOW = datetime.now(UTC)


def settings(folder: Path, **files: Path) -> VerificationSettings:
    pair = make_pair("client")
    (folder / "key.pem").write_bytes(pair.key)
    (folder / "client.pem").write_bytes(pair.certificate)
    told = {
        "database_dsn": "postgresql://nowhere",
        "kafka_servers": "127.0.0.1:1",
        "oidc_issuer": "https://id.example",
        "oidc_jwks_url": "https://id.example/jwks.json",
        "certificate_key_file": folder / "key.pem",
        "gateway_url": "https://gateway.example",
        "gateway_key_file": folder / "key.pem",
        "gateway_client_certificate_file": folder / "client.pem",
    }
    return VerificationSettings.model_validate(told | files)


def test_our_own_certificate_and_that_of_the_gateway_are_looked_at_keys_are_not(tmp_path: Path) -> None:
    gateway = Authority(tmp_path, name="gateway", lasts=timedelta(days=40)).file
    ends = ends_of(settings(tmp_path, gateway_certificate_file=gateway))
    assert {name: (end - NOW).days for name, end in ends.items()} == {
        "QONYS_GATEWAY_CERTIFICATE_FILE": 39,
        "QONYS_GATEWAY_CLIENT_CERTIFICATE_FILE": 3649,
    }


def test_of_those_that_we_trust_the_last_to_end_counts_elsewhere_the_first(tmp_path: Path) -> None:
    old, new = (Authority(tmp_path, name=str(days), lasts=timedelta(days=days)).file for days in (2, 400))
    both = tmp_path / "both.pem"
    both.write_bytes(old.read_bytes() + new.read_bytes())
    ends = ends_of(settings(tmp_path, kafka_ca_file=both, gateway_certificate_file=both))
    assert (ends["QONYS_KAFKA_CA_FILE"] - NOW).days == 399
    assert (ends["QONYS_GATEWAY_CERTIFICATE_FILE"] - NOW).days == 1


def test_what_has_ended_is_named_and_so_is_what_ends_within_a_month(tmp_path: Path) -> None:
    lasting = {"QONYS_KAFKA_CA_FILE": NOW + timedelta(days=31)}
    none_ends_soon(lasting)
    with pytest.raises(CertificateEndsSoonError, match=r"^ends within 30 days: A on 20\d\d-\d\d-\d\d$"):
        none_ends_soon(lasting | {"A": NOW + timedelta(days=29)})
    ended = lasting | {"B": NOW - timedelta(seconds=1)}
    for check in (none_has_ended, none_ends_soon):
        with pytest.raises(CertificateExpiredError, match=r"^ended: B on 20\d\d-\d\d-\d\d$"):
            check(ended)


def test_an_authority_that_has_ended_is_found_in_its_file(tmp_path: Path) -> None:
    with pytest.raises(CertificateExpiredError):
        none_has_ended(ends_of(settings(tmp_path, kafka_ca_file=Authority(tmp_path, lasts=OVER).file)))
