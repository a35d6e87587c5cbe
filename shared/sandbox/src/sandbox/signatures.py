"""Signatures of the gateway (docs/registries.md §2): checks the request's, makes the reply's."""

import base64
import binascii
from hashlib import sha256

from cryptography import x509
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

from sandbox.keys import SigningPair
from sandbox.soap import BAD_SIGNATURE, SOAP, GatewayError

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
_EXPECTED = SignatureConfiguration(
    location=f"./{{{SOAP}}}Header/{{{WSSE}}}Security/",
    signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
)


def signed_body(envelope: etree._Element, client: x509.Certificate | None) -> etree._Element:
    """The Body as it was signed, and nothing else of the envelope.

    Checked against the client's certificate, or against the one carried when none is configured. What is
    returned is rebuilt from the signed bytes, so that a wrapped second Body cannot be read in its place.
    Raises `GatewayError` (SCSE003).
    """
    certificate = client or _carried_certificate(envelope)
    try:
        checked = XMLVerifier().verify(
            envelope, x509_cert=certificate, id_attribute="Id", expect_config=_EXPECTED
        )
    except (SignXMLException, ValueError, etree.LxmlError) as error:
        raise GatewayError(BAD_SIGNATURE, f"signature refused: {type(error).__name__}") from error
    body = checked.signed_xml if isinstance(checked, VerifyResult) else None
    if body is None or body.tag != f"{{{SOAP}}}Body":
        raise GatewayError(BAD_SIGNATURE, "signature does not cover the Body")
    return body


class PayloadSigner:
    """Signs the replies of the registers with one key."""

    def __init__(self, pair: SigningPair) -> None:
        self._key = pair.private_key()
        self._certificate = pair.certificate.decode()

    def signed(self, payload: etree._Element) -> etree._Element:
        """The payload with its enveloped signature; its `Id` is drawn from its content."""
        identity = f"data-{sha256(etree.tostring(payload)).hexdigest()[:32]}"
        payload.set("Id", identity)
        signer = XMLSigner(
            method=SignatureConstructionMethod.enveloped,
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=_EXCLUSIVE,
        )
        element: etree._Element = signer.sign(
            payload,
            key=self._key,
            cert=self._certificate,
            reference_uri=f"#{identity}",
            id_attribute="Id",
        )
        return element


def _carried_certificate(envelope: etree._Element) -> x509.Certificate:
    security = envelope.find(f"./{{{SOAP}}}Header/{{{WSSE}}}Security")
    if security is None:
        raise GatewayError(BAD_SIGNATURE, "no wsse:Security header")
    carrier = next(security.iter(f"{{{_DSIG}}}X509Certificate", f"{{{WSSE}}}BinarySecurityToken"), None)
    if carrier is None:
        raise GatewayError(BAD_SIGNATURE, "no certificate in the wsse:Security header")
    try:
        return x509.load_der_x509_certificate(base64.b64decode("".join((carrier.text or "").split())))
    except (ValueError, binascii.Error) as error:
        raise GatewayError(BAD_SIGNATURE, "the carried certificate cannot be read") from error
