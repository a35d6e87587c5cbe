"""One certificate a family and one payment a certificate, with the amounts that may be."""

from collections.abc import Sequence
from typing import Any

from console.audit.families import Family
from console.audit.report import Report
from console.audit.sources import Row
from contracts import spec_of
from contracts.verification import CertificateIssued, CertificateRevoked, PaymentAuthorised


def judge_certificates(family: Family, report: Report) -> None:
    """Compares verification's certificate and payment with what it told of them."""
    row = family.row("cases") or {}
    issued = _facts(family, CertificateIssued)
    if issued or row.get("number"):
        wrong = _certificate(issued, revoked=bool(_facts(family, CertificateRevoked)), row=row)
        report["certificates"].check(not wrong, family.id, "; ".join(wrong))
    paid = _facts(family, PaymentAuthorised)
    if paid or row.get("certificate_number"):
        wrong = _payment(paid, issued, row)
        report["payments"].check(not wrong, family.id, "; ".join(wrong))


def _facts(family: Family, cls: type) -> list[Any]:
    name = spec_of(cls).type
    return [told.fact for told in family.by("verification") if told.type == name]


def _certificate(issued: Sequence[Any], *, revoked: bool, row: Row) -> list[str]:
    wrong = []
    if len(issued) != 1:
        wrong.append(f"was told {len(issued)} certificates")
    state = "revoked" if revoked else "issued"
    told = {(one.number, one.cap_tenge, state) for one in issued}
    if (row.get("number"), row.get("cap_tenge"), row.get("certificate")) not in told:
        wrong.append(f"has {row.get('number')} {row.get('certificate')}, other than it was told")
    return wrong


def _payment(paid: Sequence[Any], issued: Sequence[Any], row: Row) -> list[str]:
    wrong = []
    if len(paid) != 1:
        wrong.append(f"was told {len(paid)} payments")
    caps = {one.number: one.cap_tenge for one in issued}
    for one in paid:
        if one.amount_tenge > min(caps.get(one.certificate_number, 0), one.price_tenge):
            wrong.append(f"is paid {one.amount_tenge} tenge, above its cap or the price")
        if one.amount_tenge + one.mortgage_tenge != one.price_tenge:
            wrong.append("is paid a part that does not make the price with the mortgage")
    told = {(one.certificate_number, one.amount_tenge, one.price_tenge) for one in paid}
    if (row.get("certificate_number"), row.get("amount_tenge"), row.get("price_tenge")) not in told:
        wrong.append(f"has a payment of {row.get('amount_tenge')} tenge, other than it was told")
    return wrong
