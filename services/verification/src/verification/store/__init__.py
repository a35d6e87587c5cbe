"""All SQL of verification: whatever a batch of messages needs is loaded and saved in few statements."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from messaging import Connection, Key
from verification.domain.draft import LedgerOf
from verification.store import cases, certificates, evidence, ledgers


async def load(conn: Connection, keys: Collection[Key]) -> dict[Key, Any]:
    """Cases, certificates and payments of the families; where a key is a `LedgerOf`, also its ledger.

    Ledgers are locked before anything that depends on them is read: a certificate may come into being by
    another family's withdrawal.
    """
    ids = [key for key in keys if isinstance(key, UUID)]
    known = await cases.load(conn, ids)
    asking = [known.get(key.application_id) for key in keys if isinstance(key, LedgerOf)]
    counted = await ledgers.lock(conn, [case for case in asking if case is not None])
    return {**known, **counted, **await certificates.load(conn, ids)}


async def save(conn: Connection, states: Mapping[Key, Any]) -> None:
    """Writes what changed; who is counted before what follows from it."""
    await cases.save(conn, states)
    await evidence.save(conn, states)
    await ledgers.save(conn, states)
    await certificates.save(conn, states)
