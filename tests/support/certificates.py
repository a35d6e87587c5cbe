"""Certificates for one test: an authority of its own, and servers that it vouches for."""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

YEAR = timedelta(days=365)
OVER = timedelta(minutes=30)  # everything here began an hour ago


@dataclass(frozen=True)
class Authority:
    """Whoever trusts its `file` (PEM) trusts what it signs."""

    folder: Path
    name: str = "authority"
    lasts: timedelta = YEAR
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def file(self) -> Path:
        """Its own certificate, written on first use."""
        file = self.folder / f"{self.name}.pem"
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            own = _certificate(self.name, issuer=self, key=self.key.public_key(), lasts=self.lasts)
            file.write_bytes(own.public_bytes(Encoding.PEM))
        return file

    def server(self, host: str = "localhost", *, lasts: timedelta = YEAR) -> Path:
        """A PEM file with a new private key (PKCS 8) and its certificate for this host. Began an hour ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(host, issuer=self, key=key.public_key(), lasts=lasts, host=host)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file = self.file.with_name(f"{host}-{certificate.serial_number:x}.pem")
        file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
        return file

    def server_context(self, host: str = "localhost", *, lasts: timedelta = YEAR) -> ssl.SSLContext:
        """The same as a server in Python takes it."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.server(host, lasts=lasts))
        return context


def _certificate(
    name: str,
    *,
    issuer: Authority,
    key: ec.EllipticCurvePublicKey,
    lasts: timedelta,
    host: str | None = None,
) -> x509.Certificate:
    began = datetime.now(UTC) - timedelta(hours=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_called(name))
        .issuer_name(_called(issuer.name))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + lasts)
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    )
    if host is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
