"""The registers' replies as they came: added, never changed."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from messaging import Connection, Key
from verification.domain.answers import Evidence
from verification.domain.draft import EvidenceOf

INSERT_EVIDENCE = """
INSERT INTO evidence (message_id, number, application_id, service_id, request_id, received_at, sha256, body)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[],
  $7::bytea[], $8::bytea[])
"""


async def save(conn: Connection, states: Mapping[Key, Any]) -> None:
    rows = [_row(key, state) for key, state in states.items() if isinstance(key, EvidenceOf)]
    if rows:
        await conn.execute(INSERT_EVIDENCE, *zip(*rows, strict=True))


def _row(key: EvidenceOf, piece: Evidence) -> tuple[Any, ...]:
    about = (key.message_id, key.number, key.application_id)
    digest = sha256(piece.body).digest()
    return *about, piece.service_id, piece.request_id, piece.received_at, digest, piece.body
