"""The key that signs certificates: ES256, deterministic (RFC 6979), its public half as a JWK."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import ECKey

from verification.domain.certificates import Signer

_NUMBER_BYTES = 32  # R and S of P-256 (RFC 7518, §3.4)


def signer_of(pem: bytes) -> Signer:
    """The signer of a private key in PEM; `ValueError` for anything but a P-256 key."""
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("the certificates' key must be an elliptic curve key on P-256")
    algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)

    def sign(raw: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(raw, algorithm))
        return r.to_bytes(_NUMBER_BYTES, "big") + s.to_bytes(_NUMBER_BYTES, "big")

    return Signer(key_id=ECKey.import_key(pem).thumbprint(), sign=sign)


def public_keys(pem: bytes) -> dict[str, list[dict[str, object]]]:
    """The JWKS (RFC 7517) with which anybody checks a certificate."""
    key = ECKey.import_key(pem)
    return {"keys": [{**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": "ES256"}]}
