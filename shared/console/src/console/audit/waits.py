"""Whatever waits: is there something that will wake it, is it late, has somebody looked at what is parked."""

from collections.abc import Mapping
from datetime import timedelta

from console.audit.report import Report
from console.audit.sources import Snapshot

PARKED_ALARM = timedelta(minutes=15)
DUE_ALARM = timedelta(minutes=5)

#: Service → what waits there, and has neither a due row nor a parked message that it could wait for.
FORGOTTEN: Mapping[str, str] = {
    "verification": """
        SELECT DISTINCT application_id AS id, 'waits for the register ' || register AS what,
          NOT EXISTS (SELECT FROM due WHERE subject = application_id)
            AND NOT EXISTS (SELECT FROM parked WHERE subject = application_id) AS forgotten
        FROM checks JOIN cases USING (application_id)
        WHERE stage = 'checking' AND state IN ('asked', 'silent')
        """,
    "notification": """
        SELECT message_id AS id, 'waits for the channel ' || channel AS what,
          NOT EXISTS (SELECT FROM due WHERE subject = application_id AND kind = 'ask' AND target = channel)
            AND NOT EXISTS (SELECT FROM parked WHERE subject = application_id) AS forgotten
        FROM messages WHERE state = 'created'
        UNION ALL
        SELECT message_id, 'waits for its receipt',
          NOT EXISTS (SELECT FROM due WHERE subject = application_id AND kind = 'remind')
            AND NOT EXISTS (SELECT FROM parked WHERE subject = application_id)
        FROM messages WHERE state = 'sending'
        """,
    "integration-support": """
        SELECT referral_id AS id, 'waits for its provider' AS what,
          NOT EXISTS (SELECT FROM due WHERE subject = application_id AND kind = 'remind')
            AND NOT EXISTS (SELECT FROM parked WHERE subject = application_id) AS forgotten
        FROM referrals WHERE state IN ('sent', 'accepted')
        """,
}
PARKED = """
SELECT seq, state, name, error, subject, now() - parked_at AS age,
  EXISTS (SELECT FROM parked_acts AS a WHERE a.parked_seq = p.seq) AS seen
FROM parked AS p ORDER BY seq
"""
DUE = "SELECT id, kind, target, subject, now() - due_at AS late FROM due"


async def judge_waits(books: Mapping[str, Snapshot], report: Report) -> None:
    """What lies in each service's tables of things to come."""
    for service, book in books.items():
        await _parked(service, book, report)
        async for rows in book.chunks(DUE):
            for row in rows:
                what = (
                    f"({row['kind']} {row['target']}) of {row['subject']} is {row['late']} late in {service}"
                )
                report["due"].check(row["late"] <= DUE_ALARM, row["id"], what)
        if service in FORGOTTEN:
            async for rows in book.chunks(FORGOTTEN[service]):
                for row in rows:
                    report["waits"].check(
                        not row["forgotten"], row["id"], f"{row['what']}, and nothing is due"
                    )


async def _parked(service: str, book: Snapshot, report: Report) -> None:
    line = report["parked"]
    async for rows in book.chunks(PARKED):
        for row in rows:
            line.notes[f"{row['state']}: {service}/{row['seq']}, {_age(row['age'])}"] += 1
            what = f"({row['name']} of {row['subject']}) has been parked for {_age(row['age'])}"
            seen = row["seen"] or row["age"] <= PARKED_ALARM
            line.check(seen, f"{service}/{row['seq']}", what)


def _age(age: timedelta) -> str:
    return str(timedelta(seconds=int(age.total_seconds())))
