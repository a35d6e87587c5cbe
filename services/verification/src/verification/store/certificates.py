"""Certificates and payments, one of each for a family, and the home that is paid for."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import asyncpg

from contracts.words import Category
from messaging import Connection, Key
from verification.domain.certificates import Certificate, CertificateState
from verification.domain.draft import CertificateOf, PaymentOf
from verification.domain.payments import PaidHome, Payment
from verification.store.rows import write

LOAD_CERTIFICATES = "SELECT * FROM certificates WHERE application_id = ANY($1::uuid[])"
LOAD_PAYMENTS = "SELECT * FROM payments WHERE application_id = ANY($1::uuid[])"

# A certificate never changes but for its state; another number for the same family changes no row.
PUT_CERTIFICATES = """
INSERT INTO certificates (application_id, number, cap_tenge, people, region, category, issued_on,
  submitted_on, jws, state)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, number text, cap_tenge bigint,
  people int, region text, category text, issued_on date, submitted_on date, jws text, state text)
ON CONFLICT (application_id) DO UPDATE SET state = excluded.state WHERE certificates.number = excluded.number
"""

# A second payment is an error: the rules refuse it before it gets here.
INSERT_PAYMENTS = """
INSERT INTO payments (application_id, certificate_number, price_tenge, amount_tenge, authorised_at)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, certificate_number text,
  price_tenge bigint, amount_tenge bigint, authorised_at timestamptz)
"""

# Personal data, and no decision needs it again: it is written and not loaded.
INSERT_HOMES = """
INSERT INTO paid_homes (application_id, cadastral_number, contract_number)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, cadastral_number text,
  contract_number text)
"""


async def load(conn: Connection, ids: Collection[UUID]) -> dict[Key, Certificate | Payment]:
    found: dict[Key, Certificate | Payment] = {}
    for row in await conn.fetch(LOAD_CERTIFICATES, list(ids)):
        found[CertificateOf(row["application_id"])] = _certificate(row)
    for row in await conn.fetch(LOAD_PAYMENTS, list(ids)) if found else ():
        found[PaymentOf(row["application_id"])] = Payment(**row)
    return found


async def save(conn: Connection, states: Mapping[Key, Any]) -> None:
    certificates = [state for state in states.values() if isinstance(state, Certificate)]
    payments = [state for state in states.values() if isinstance(state, Payment)]
    if await write(conn, PUT_CERTIFICATES, certificates) != len(certificates):
        raise ValueError("a family would have a second certificate")
    await write(conn, INSERT_PAYMENTS, payments)
    await write(conn, INSERT_HOMES, [state for state in states.values() if isinstance(state, PaidHome)])


def _certificate(row: asyncpg.Record) -> Certificate:
    fields = dict(row)
    return Certificate(
        **fields | {"category": Category(row["category"]), "state": CertificateState(row["state"])}
    )
