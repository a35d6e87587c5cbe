"""Quotas opened by an order: an operator's act about a year, never about a family, so no decider takes it."""

from collections.abc import Collection
from dataclasses import dataclass

from contracts.words import Category
from messaging import Connection
from verification.domain.quota import LedgerKey
from verification.store.rows import write


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One quota that an order opens, in people; `region` is the KATO of a region."""

    year: int
    region: str
    category: Category
    quota: int
    act: str


# The ledger and the entry that explains it come into being together; one that is there stays as it is.
OPEN_QUOTAS = """
WITH opened AS (
  INSERT INTO ledgers (year, region, category, quota, act)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (year int, region text, category text, quota int, act text)
  ON CONFLICT (year, region, category) DO NOTHING RETURNING year, region, category, quota
)
INSERT INTO quota_entries (year, region, category, people, source, target, at)
SELECT year, region, category, quota, 'order', 'free', now() FROM opened
"""

DIFFERING = """
SELECT l.year, l.region, l.category FROM ledgers AS l
JOIN unnest($1::int[], $2::text[], $3::text[], $4::int[]) AS k (year, region, category, quota)
  USING (year, region, category)
WHERE l.quota <> k.quota ORDER BY l.year, l.region, l.category
"""


async def open_quotas(conn: Connection, openings: Collection[Opening]) -> int:
    """How many were opened; those known already, with the same number, are left alone."""
    return await write(conn, OPEN_QUOTAS, list(openings))


async def differing(conn: Connection, openings: Collection[Opening]) -> list[LedgerKey]:
    """The quotas that are known with another number: an order that re-cuts them is not this act."""
    columns = [[getattr(one, name) for one in openings] for name in ("year", "region", "category", "quota")]
    rows = await conn.fetch(DIFFERING, *columns)
    return [LedgerKey(row["year"], row["region"], Category(row["category"])) for row in rows]
