"""Payments: the certificate pays its part of one home in the region of arrival; the rest is the mortgage."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.intake import HousingChosen
from contracts.verification import PaymentAuthorised
from verification.domain.certificates import Certificate, CertificateState


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One for a certificate. Money in whole tenge."""

    application_id: UUID
    certificate_number: str
    price_tenge: int
    amount_tenge: int
    authorised_at: datetime

    @property
    def mortgage_tenge(self) -> int:
        return self.price_tenge - self.amount_tenge


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidHome:
    """The home that is paid for: personal data, kept in a table of its own."""

    application_id: UUID
    cadastral_number: str
    contract_number: str


def objection(certificate: Certificate | None, paid: Payment | None, home: HousingChosen) -> str | None:
    """The code of the reason why this home is not paid for, or None."""
    if paid is not None:
        return "paid_already"
    if certificate is None or certificate.state is not CertificateState.ISSUED:
        return "no_certificate"
    if home.kato[:2] != certificate.region[:2]:
        return "home_elsewhere"
    return "price_missing" if home.price_tenge == 0 else None


def payment(certificate: Certificate, home: HousingChosen, *, share_percent: int, now: datetime) -> Payment:
    """What the certificate pays: its share of the price, at most its cap; never a cash remainder."""
    share = home.price_tenge * share_percent // 100
    return Payment(
        application_id=certificate.application_id,
        certificate_number=certificate.number,
        price_tenge=home.price_tenge,
        amount_tenge=min(share, certificate.cap_tenge),
        authorised_at=now,
    )


def paid_home(made: Payment, home: HousingChosen) -> PaidHome:
    return PaidHome(
        application_id=made.application_id,
        cadastral_number=home.cadastral_number,
        contract_number=home.contract_number,
    )


def authorised(made: Payment) -> PaymentAuthorised:
    """The event of a payment."""
    return PaymentAuthorised(
        certificate_number=made.certificate_number,
        price_tenge=made.price_tenge,
        amount_tenge=made.amount_tenge,
        mortgage_tenge=made.mortgage_tenge,
    )
