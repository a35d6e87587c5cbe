"""Many rows in one statement: a list of JSON objects for `jsonb_to_recordset`."""

from collections.abc import Sequence
from typing import Any

import msgspec

from messaging import Connection


async def write(conn: Connection, statement: str, rows: Sequence[Any]) -> int:
    """Runs `statement` on all rows (mappings or dataclasses), or not at all; answers how many it wrote."""
    if not rows:
        return 0
    status: str = await conn.execute(statement, msgspec.json.encode(rows).decode())
    return int(status.rpartition(" ")[2])
