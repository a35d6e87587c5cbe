"""Ledgers with the places that wait, locked; their entries are only ever added."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any
from uuid import UUID

import asyncpg

from chassis.regions import REGIONS
from contracts.words import Category, Words
from messaging import Connection, Key
from verification.domain.case import Case, Stage
from verification.domain.draft import OpenRegions
from verification.domain.places import ledger_key
from verification.domain.quota import Entry, Ledger, LedgerKey, Place, PlaceState
from verification.store.rows import write

# Always in the order of the key, so that two batches never wait for each other.
LOCK_LEDGERS = """
SELECT l.* FROM ledgers AS l
JOIN unnest($1::int[], $2::text[], $3::text[]) AS k (year, region, category) USING (year, region, category)
ORDER BY l.year, l.region, l.category FOR UPDATE OF l
"""

# The places of these families, and of those who wait before others as many as could possibly move up: each
# family is one person or more, so no more than are free and could be given back by these families, and one.
LOAD_PLACES = """
WITH k AS (
  SELECT l.year, l.region, l.category, l.quota - l.reserved - l.issued AS free
  FROM ledgers AS l
  JOIN unnest($1::int[], $2::text[], $3::text[]) AS u (year, region, category) USING (year, region, category)
), own AS (
  SELECT p.* FROM places AS p JOIN k USING (year, region, category) WHERE p.application_id = ANY($4::uuid[])
), held AS (
  SELECT k.*, coalesce(sum(own.people) FILTER (WHERE own.state IN ('reserved', 'issued')), 0) AS people
  FROM k LEFT JOIN own USING (year, region, category) GROUP BY k.year, k.region, k.category, k.free
)
SELECT * FROM own
UNION ALL
SELECT first.* FROM held CROSS JOIN LATERAL (
  SELECT * FROM places AS p
  WHERE (p.year, p.region, p.category) = (held.year, held.region, held.category)
    AND p.state = 'waiting' AND p.application_id <> ALL($4::uuid[])
  ORDER BY p.decided_at, p.application_id LIMIT held.free + held.people + 1
) AS first
"""

OPEN_REGIONS = """
SELECT region FROM ledgers WHERE year = $1 AND category = $2 AND reserved + issued < quota ORDER BY region
"""

UPDATE_LEDGERS = """
UPDATE ledgers AS l SET reserved = r.reserved, issued = r.issued,
  families_waiting = r.families_waiting, last_number = r.last_number
FROM jsonb_to_recordset($1::jsonb) AS r (year int, region text, category text, reserved int, issued int,
  families_waiting int, last_number int)
WHERE (l.year, l.region, l.category) = (r.year, r.region, r.category)
"""

PUT_PLACES = """
INSERT INTO places (application_id, year, region, category, people, state, decided_at, submitted_on, ready)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (application_id uuid, year int, region text, category text,
  people int, state text, decided_at timestamptz, submitted_on date, ready boolean)
ON CONFLICT (application_id) DO UPDATE SET state = excluded.state, ready = excluded.ready
"""

INSERT_ENTRIES = """
INSERT INTO quota_entries (year, region, category, application_id, people, source, target, at)
SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (year int, region text, category text, application_id uuid,
  people int, source text, target text, at timestamptz)
"""


_COUNTS = ("reserved", "issued", "families_waiting", "last_number")


async def lock(conn: Connection, cases: Collection[Case]) -> dict[Key, Any]:
    """The ledgers that these cases are counted into; where one has no room at all, the regions that have."""
    counted = {
        case.application_id: (ledger_key(case.submission), case.submission.people)
        for case in cases
        if case.submission is not None and case.stage in (Stage.CHECKING, Stage.ELIGIBLE)
    }
    wanted = sorted({key for key, _ in counted.values()})
    if not wanted:
        return {}
    rows = await conn.fetch(LOCK_LEDGERS, *_columns(wanted))
    places = await _places(conn, wanted, counted)
    found = {ledger.key: ledger for ledger in (_ledger(row, places) for row in rows)}
    short = {key for key, people in counted.values() if key not in found or people > found[key].quota}
    return {**found, **await _open_regions(conn, short)}


async def save(conn: Connection, states: Mapping[Key, Any]) -> None:
    found = [state for state in states.values() if isinstance(state, Ledger)]
    await write(conn, UPDATE_LEDGERS, [_ledger_row(ledger) for ledger in found])
    await write(
        conn, PUT_PLACES, [_row(one.key, one.places[i]) for one in found for i in sorted(one.touched)]
    )
    await write(conn, INSERT_ENTRIES, [_row(one.key, entry) for one in found for entry in one.entries])


async def _places(
    conn: Connection, keys: Collection[LedgerKey], ids: Collection[UUID]
) -> dict[LedgerKey, dict[UUID, Place]]:
    places: dict[LedgerKey, dict[UUID, Place]] = defaultdict(dict)
    for row in await conn.fetch(LOAD_PLACES, *_columns(keys), list(ids)):
        places[_key(row)][row["application_id"]] = _place(row)
    return places


async def _open_regions(conn: Connection, short: Iterable[LedgerKey]) -> dict[Key, Words]:
    asked = {OpenRegions(key.year, key.category) for key in short}
    return {one: _named(await conn.fetch(OPEN_REGIONS, one.year, one.category)) for one in asked}


def _named(rows: Iterable[asyncpg.Record]) -> Words:
    names = [REGIONS[row["region"]].names for row in rows]
    if not names:
        return Words(kk="әзірге жоқ", ru="пока нет", en="none for now")
    listed = {
        language: ", ".join(getattr(name, language) for name in names) for language in ("kk", "ru", "en")
    }
    return Words(**listed)


def _columns(keys: Collection[LedgerKey]) -> tuple[list[int], list[str], list[str]]:
    return [k.year for k in keys], [k.region for k in keys], [k.category.value for k in keys]


def _key(row: asyncpg.Record) -> LedgerKey:
    return LedgerKey(row["year"], row["region"], Category(row["category"]))


def _ledger(row: asyncpg.Record, places: Mapping[LedgerKey, dict[UUID, Place]]) -> Ledger:
    key = _key(row)
    return Ledger(
        key=key,
        quota=row["quota"],
        reserved=row["reserved"],
        issued=row["issued"],
        families_waiting=row["families_waiting"],
        last_number=row["last_number"],
        places=MappingProxyType(places.get(key, {})),
    )


def _place(row: asyncpg.Record) -> Place:
    return Place(
        application_id=row["application_id"],
        people=row["people"],
        state=PlaceState(row["state"]),
        decided_at=row["decided_at"],
        submitted_on=row["submitted_on"],
        ready=row["ready"],
    )


def _ledger_row(ledger: Ledger) -> dict[str, Any]:
    counts = {name: getattr(ledger, name) for name in _COUNTS}
    return {**ledger.key._asdict(), **counts}


def _row(key: LedgerKey, item: Place | Entry) -> dict[str, Any]:
    return {**key._asdict(), **{field.name: getattr(item, field.name) for field in fields(item)}}
