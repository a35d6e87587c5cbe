"""Economic mobility certificates: number, cap, and a signature that anybody can check.

A certificate is a JWS (RFC 7515, ES256). It holds no name: it says what it is worth and where.
Signing must be deterministic (RFC 6979), so that a decision taken twice is the same decision.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from contracts.verification import CertificateIssued
from contracts.words import Category
from verification.domain.quota import LedgerKey, Place

ISSUER = "urn:qonys:verification"
_SERIES = {Category.RESETTLER: "R", Category.KANDAS: "K"}


class CertificateState(StrEnum):
    ISSUED = "issued"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One for a family; valid in the region of arrival only."""

    application_id: UUID
    number: str
    cap_tenge: int
    people: int
    region: str
    category: Category
    issued_on: date
    submitted_on: date
    jws: str
    state: CertificateState = CertificateState.ISSUED


@dataclass(frozen=True, slots=True)
class Signer:
    """ES256 with one key: `sign` gives R and S, 64 bytes; `key_id` tells which key (RFC 7638)."""

    key_id: str
    sign: Callable[[bytes], bytes]


def cut(
    ledger: LedgerKey, place: Place, *, number: int, cap_tenge: int, issued_on: date, signer: Signer
) -> Certificate:
    """The certificate of a place that has just become issued."""
    name = f"KZ-{ledger.region[:2]}-{ledger.year}-{_SERIES[ledger.category]}{number:06d}"
    claims = {
        "iss": ISSUER,
        "sub": str(place.application_id),
        "number": name,
        "cap_tenge": cap_tenge,
        "people": place.people,
        "region": ledger.region,
        "category": ledger.category.value,
        "issued_on": issued_on.isoformat(),
    }
    return Certificate(
        application_id=place.application_id,
        number=name,
        cap_tenge=cap_tenge,
        people=place.people,
        region=ledger.region,
        category=ledger.category,
        issued_on=issued_on,
        submitted_on=place.submitted_on,
        jws=compact_jws(claims, signer),
    )


def issued(certificate: Certificate) -> CertificateIssued:
    """The event of a new certificate."""
    return CertificateIssued(
        number=certificate.number,
        cap_tenge=certificate.cap_tenge,
        people=certificate.people,
        region=certificate.region,
        category=certificate.category,
        issued_on=certificate.issued_on,
        jws=certificate.jws,
    )


def compact_jws(claims: Mapping[str, Any], signer: Signer) -> str:
    """The compact serialisation of RFC 7515, §7.1."""
    header = {"alg": "ES256", "kid": signer.key_id, "typ": "JWT"}
    signed = f"{_encoded(_json(header))}.{_encoded(_json(claims))}"
    return f"{signed}.{_encoded(signer.sign(signed.encode()))}"


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
