"""Keys and self-signed certificates of the sandbox, made once and kept in its folder."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_VALID = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class SigningPair:
    """An RSA key and its certificate, both PEM."""

    key: bytes
    certificate: bytes

    def private_key(self) -> rsa.RSAPrivateKey:
        """The key ready for use. Reading it takes 40 ms (it is checked anew): do so once."""
        key = serialization.load_pem_private_key(self.key, None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key


def make_pair(common_name: str) -> SigningPair:
    """A new RSA-2048 key with a self-signed certificate of ten years: for tests and demonstrations only."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    start = datetime.now(UTC) - timedelta(minutes=5)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + _VALID)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return SigningPair(private, certificate.public_bytes(pem))


def kept_pair(folder: Path, name: str) -> SigningPair:
    """The pair `<name>-key.pem`, `<name>-certificate.pem` of the folder, made when it is not there yet."""
    key, certificate = folder / f"{name}-key.pem", folder / f"{name}-certificate.pem"
    if not (key.exists() and certificate.exists()):
        pair = make_pair(f"Qonys sandbox {name}")
        folder.mkdir(parents=True, exist_ok=True)
        key.touch(mode=0o600)
        key.write_bytes(pair.key)
        certificate.write_bytes(pair.certificate)
    return SigningPair(key.read_bytes(), certificate.read_bytes())
