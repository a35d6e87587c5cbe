"""Whatever waits: is there something that will wake it, is it late, has somebody looked at what is parked."""

from collections.abc import Mapping
from datetime import timedelta

from console.audit.report import Line, Report
from console.audit.sources import Snapshot

PARKED_ALARM = timedelta(minutes=15)
DUE_ALARM = timedelta(minutes=5)

#: What each due row is about stands in its body; a call to a register goes to it.
_AWAITED = """
WITH awaited AS (
  SELECT subject, kind, target, said->>'member_id' AS member_id, said->>'message_id' AS message_id,
    said->>'referral_id' AS referral_id, coalesce(said->>'register', target) AS register
  FROM (SELECT *, convert_from(body, 'UTF8')::jsonb AS said FROM due) AS due
)
"""
#: Service → each thing that waits there, and whether it has a due row of its own.
WAITING: Mapping[str, str] = {
    "verification": """
        SELECT application_id, application_id AS id, 'waits for the register ' || register AS what,
          EXISTS (SELECT FROM awaited AS a WHERE a.subject = application_id
            AND a.register = c.register AND a.member_id = c.member_id::text) AS due
        FROM checks AS c JOIN cases USING (application_id)
        WHERE stage = 'checking' AND state IN ('asked', 'silent')
        """,
    # A channel takes a family's messages over one after the other: only the next one is asked about.
    "notification": """
        SELECT application_id, message_id AS id, 'waits for the channel ' || channel AS what,
          EXISTS (SELECT FROM awaited AS a WHERE a.subject = application_id AND a.target = channel) AS due
        FROM messages WHERE state = 'created'
        UNION ALL
        SELECT application_id, message_id, 'waits for its receipt',
          EXISTS (SELECT FROM awaited AS a WHERE kind = 'remind' AND a.message_id = m.message_id::text)
        FROM messages AS m WHERE state = 'sending'
        """,
    "integration-support": """
        SELECT application_id, referral_id AS id, 'waits for its provider' AS what,
          EXISTS (SELECT FROM awaited AS a WHERE a.referral_id = r.referral_id::text) AS due
        FROM referrals AS r WHERE state IN ('sent', 'accepted')
        """,
}
COUNT = "SELECT count(*) FROM waiting"
FORGOTTEN = """
SELECT id, what FROM waiting WHERE NOT due AND NOT EXISTS (SELECT FROM parked WHERE subject = application_id)
"""
PARKED = """
SELECT seq, state, name, error, subject, now() - parked_at AS age,
  EXISTS (SELECT FROM parked_acts AS a WHERE a.parked_seq = p.seq) AS seen
FROM parked AS p ORDER BY seq
"""
DUE = "SELECT count(*) FROM due"
LATE = """
SELECT id, kind, target, subject, now() - due_at AS late FROM due WHERE due_at < now() - $1::interval
"""


async def judge_waits(books: Mapping[str, Snapshot], report: Report) -> None:
    """What lies in each service's tables of things to come."""
    for service, book in books.items():
        await _parked(service, book, report["parked"])
        await _late(service, book, report["due"])
        if service in WAITING:
            await _forgotten(WAITING[service], book, report["waits"])


async def _forgotten(waiting: str, book: Snapshot, line: Line) -> None:
    with_waiting = f"{_AWAITED}, waiting AS ({waiting}) "
    line.examined += await book.one(with_waiting + COUNT)
    async for rows in book.chunks(with_waiting + FORGOTTEN):
        for row in rows:
            line.fault(row["id"], f"{row['what']}, and nothing is due")


async def _late(service: str, book: Snapshot, line: Line) -> None:
    line.examined += await book.one(DUE)
    async for rows in book.chunks(LATE, DUE_ALARM):
        for row in rows:
            what = f"({row['kind']} {row['target']}) of {row['subject']} is {row['late']} late in {service}"
            line.fault(row["id"], what)


async def _parked(service: str, book: Snapshot, line: Line) -> None:
    async for rows in book.chunks(PARKED):
        for row in rows:
            line.notes[f"{row['state']}: {service}/{row['seq']}, {_age(row['age'])}"] += 1
            what = f"({row['name']} of {row['subject']}) has been parked for {_age(row['age'])}"
            seen = row["seen"] or row["age"] <= PARKED_ALARM
            line.check(seen, f"{service}/{row['seq']}", what)


def _age(age: timedelta) -> str:
    return str(timedelta(seconds=int(age.total_seconds())))
