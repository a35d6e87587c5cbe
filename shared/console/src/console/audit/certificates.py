"""One certificate a family and one payment a certificate, with the amounts that may be.

And whoever asked for either has one answer.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from console.audit.families import Family
from console.audit.places import claim_of
from console.audit.report import Report
from console.audit.told import named, of_type
from contracts.intake import HousingChosen, QuestionnaireCompleted
from contracts.verification import (
    DECISIONS,
    CertificateIssued,
    CertificateRefused,
    CertificateRevoked,
    PaymentAuthorised,
    PaymentRefused,
)

_ISSUED, _REVOKED, _REFUSED = named(CertificateIssued), named(CertificateRevoked), named(CertificateRefused)
_PAID, _PAYMENTS = named(PaymentAuthorised), named(PaymentAuthorised, PaymentRefused)
_ASKED, _HOME = named(QuestionnaireCompleted), named(HousingChosen)
_WITHOUT_RIGHT = ("blocked", "refused")
_NOTHING: Mapping[str, Any] = {}


def judge_certificates(family: Family, report: Report) -> None:
    """Compares what verification told with its rows, and with what it was asked for."""
    decisions, heard = family.on(DECISIONS), family.decided_by("verification")
    asked = bool(of_type(heard, _ASKED))
    if asked or family.rows("certificates") or of_type(decisions, _ISSUED):
        wrong = [*_certificate(family), *(_answer(family) if asked else ())]
        report["certificates"].check(not wrong, family.id, "; ".join(wrong))
    if family.rows("payments") or of_type(decisions, _PAID):
        wrong = list(_payment(family))
        report["payments"].check(not wrong, family.id, "; ".join(wrong))
    for home in of_type(heard, _HOME):
        answers = sum(answer.cause == str(home.id) for answer in of_type(decisions, _PAYMENTS))
        what = f"(the home of {family.id}) was answered {answers} times"
        report["payments"].check(answers == 1, home.id, what)


def _certificate(family: Family) -> Iterator[str]:
    decisions, row = family.on(DECISIONS), family.row("certificates") or _NOTHING
    issued = [one.fact for one in of_type(decisions, _ISSUED)]
    if len(issued) > 1:
        yield f"was told {len(issued)} certificates"
    state = "revoked" if of_type(decisions, _REVOKED) else "issued"
    said = [(one.number, one.cap_tenge, state) for one in issued]
    found = (row.get("number"), row.get("cap_tenge"), row.get("state"))
    if found not in said and (said or row):
        yield f"has {found[0]} {found[2]}, other than it was told"


def _answer(family: Family) -> Iterator[str]:
    """Its questionnaire asks for the certificate."""
    if claim_of(family)[0] == "reserved":
        yield "has a place and completed its questionnaire, and has no certificate"
    refused = len(of_type(family.on(DECISIONS), _REFUSED))
    stage = (family.row("cases") or _NOTHING).get("stage")
    if stage != "withdrawn" and refused != int(stage in _WITHOUT_RIGHT):
        yield f"was refused a certificate {refused} times, and is {stage}"


def _payment(family: Family) -> Iterator[str]:
    decisions, row = family.on(DECISIONS), family.row("payments") or _NOTHING
    caps = {one.fact.number: one.fact.cap_tenge for one in of_type(decisions, _ISSUED)}
    paid = [one.fact for one in of_type(decisions, _PAID)]
    if len(paid) != 1:
        yield f"was told {len(paid)} payments"
    for one in paid:
        if one.amount_tenge > min(caps.get(one.certificate_number, 0), one.price_tenge):
            yield f"is paid {one.amount_tenge} tenge, above its cap or the price"
        if one.amount_tenge + one.mortgage_tenge != one.price_tenge:
            yield "is paid a part that does not make the price with the mortgage"
    said = [(one.certificate_number, one.amount_tenge, one.price_tenge) for one in paid]
    if (row.get("certificate_number"), row.get("amount_tenge"), row.get("price_tenge")) not in said:
        yield f"has a payment of {row.get('amount_tenge')} tenge, other than it was told"
