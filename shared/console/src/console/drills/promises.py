"""What citizens were told that it was done, against what is there: loss as they would see it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import asyncpg

#: Service → address of its database for a role that may read it.
Dsns = Mapping[str, str]

NOT_TOLD = """
SELECT id::text, type FROM unnest($1::uuid[], $2::text[]) AS promised (id, type)
EXCEPT SELECT subject::text, convert_from(body, 'UTF8')::json ->> 'type' FROM outbox ORDER BY 1, 2
"""
UNFINISHED = """
SELECT application_id::text AS id, state FROM applications
WHERE application_id = ANY($1::uuid[])
  AND state IN ('submitted', 'checking', 'arrived', 'settling')
ORDER BY 1
"""


async def broken_promises(dsns: Dsns, promised: Mapping[str, Collection[str]]) -> Sequence[str]:
    """A sentence for each acknowledged (2xx) act of which intake has told no event, and for each family that
    still waits. `promised`: application id → event types. (That each is there at all, the audit asks.)"""
    acts = [(application, told) for application, types in promised.items() for told in types]
    untold = await _rows(dsns["intake"], NOT_TOLD, *map(list, zip(*acts, strict=True))) if acts else []
    return [
        *(f"{row['id']} was acknowledged its act, and no {row['type']} was told" for row in untold),
        *await unfinished(dsns, promised),
    ]


async def unfinished(dsns: Dsns, applications: Collection[str]) -> Sequence[str]:
    """A sentence for each that waits for registers, a verdict, its plan or a service: where all of those
    answer, it must not wait for ever."""
    rows = await _rows(dsns["intake"], UNFINISHED, list(applications))
    return [f"{row['id']} was acknowledged, and is {row['state']} for good" for row in rows]


async def _rows(dsn: str, statement: str, *values: object) -> Sequence[Any]:
    conn = await asyncpg.connect(dsn)
    try:
        found: Sequence[Any] = await conn.fetch(statement, *values)
        return found
    finally:
        await conn.close()
