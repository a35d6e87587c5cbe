"""Applications whose citizens were told that they are submitted: none of them may be nowhere.

The audit begins at the outboxes; what a database lost together with its outbox is known only to those who
were told.
"""

from collections.abc import Collection
from uuid import UUID

from console.audit.report import Report
from console.audit.sources import Snapshot

LOST = """
SELECT asked.id, coalesce(state, 'nowhere') AS state FROM unnest($1::uuid[]) AS asked (id)
LEFT JOIN applications ON application_id = asked.id WHERE coalesce(state, 'draft') = 'draft'
"""


async def judge_promised(intake: Snapshot, promised: Collection[UUID], report: Report) -> None:
    """Each must be in intake's database, and no draft any more."""
    line = report["places"]
    line.examined += len(promised)
    for row in await intake.rows(LOST, list(promised)):
        line.fault(row["id"], f"was acknowledged to its citizen, and is {row['state']}")
