"""XML signatures to and from the gateway: ours over the Body (WS-Security), the register's over its record.

National keys (GOST 34.10-2015) need a closed kit; `RequestSigner` is the seam where it, or a signing server,
takes the place of the RSA key used here.
"""

from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from verification.domain.answers import Cause
from verification.registers.envelope import BODY_ID, SOAP, WSSE, parsed
from verification.registers.silence import SilenceError

_EXPECTED = SignatureConfiguration(
    location="./",
    expect_references=1,
    signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
)


class RequestSigner(Protocol):
    async def signed(self, envelope: etree._Element) -> bytes:
        """The envelope with a signature over its Body, as bytes for the wire."""
        ...


class RsaSigner:
    """RSA-SHA256 with a key of our own (docs/registries.md §2)."""

    def __init__(self, *, key_pem: bytes, certificate_pem: bytes) -> None:
        key = load_pem_private_key(key_pem, password=None)  # once: checking an RSA key is slow
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("the registers' client key must be an RSA key")
        self._key = key
        self._certificate = x509.load_pem_x509_certificate(certificate_pem)

    async def signed(self, envelope: etree._Element) -> bytes:
        signer = XMLSigner(
            method=SignatureConstructionMethod.detached,
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        signature = signer.sign(
            envelope,
            key=self._key,
            cert=[self._certificate],
            reference_uri=f"#{BODY_ID}",
            id_attribute="Id",
        )
        security = envelope.find(f"{{{SOAP}}}Header/{{{WSSE}}}Security")
        assert security is not None
        security.append(signature)
        return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def verified(record: etree._Element, certificate: x509.Certificate) -> etree._Element:
    """The record as it was signed by this certificate's key, rebuilt from the signed bytes so that nothing
    unsigned can be read. The certificate inside the reply is never trusted. Raises `SilenceError`."""
    alone = parsed(etree.tostring(record, with_tail=False))
    try:
        checked = XMLVerifier().verify(
            alone, x509_cert=certificate, id_attribute="Id", expect_config=_EXPECTED
        )
    except (SignXMLException, ValueError, etree.LxmlError) as error:
        raise SilenceError(Cause.BAD_SIGNATURE) from error
    signed = checked.signed_xml if isinstance(checked, VerifyResult) else None
    if signed is None or signed.tag != record.tag or signed.get("Id") != record.get("Id"):
        raise SilenceError(Cause.BAD_SIGNATURE)
    return signed
