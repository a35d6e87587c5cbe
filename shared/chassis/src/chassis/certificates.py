"""How long the certificates last that the settings name."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from chassis.remedies import TroubleError
from chassis.settings import ServiceSettings, variable

SOON = timedelta(days=30)
_BEGINS = b"-----BEGIN CERTIFICATE-----"


class CertificateExpiredError(TroubleError):
    reason = "certificate_expired"


class CertificateEndsSoonError(TroubleError):
    reason = "certificate_ends_soon"


def ends_of(settings: ServiceSettings) -> dict[str, datetime]:
    """Variable → when its certificate ends, of each file that holds one. ValueError for a broken file.

    Of several, the first counts, which is the holder's own; of those that we trust, the last to end.
    """
    ends: dict[str, datetime] = {}
    for name in type(settings).model_fields:
        file = getattr(settings, name)
        if isinstance(file, Path) and file.is_file() and _BEGINS in (content := file.read_bytes()):
            each = [one.not_valid_after_utc for one in x509.load_pem_x509_certificates(content)]
            ends[variable(name)] = max(each) if name.endswith("_ca_file") else each[0]
    return ends


def none_has_ended(ends: Mapping[str, datetime]) -> None:
    """Raises `CertificateExpiredError` that names each which has."""
    ended = _named(ends, datetime.now(UTC))
    if ended:
        raise CertificateExpiredError(f"ended: {ended}")


def none_ends_soon(ends: Mapping[str, datetime]) -> None:
    """The same, and `CertificateEndsSoonError` that names each which ends within a month."""
    none_has_ended(ends)
    ending = _named(ends, datetime.now(UTC) + SOON)
    if ending:
        raise CertificateEndsSoonError(f"ends within {SOON.days} days: {ending}")


def _named(ends: Mapping[str, datetime], by: datetime) -> str:
    return ", ".join(f"{name} on {end:%Y-%m-%d}" for name, end in ends.items() if end <= by)
