"""Counts on the topics what became of every application: decided once each, none lost, none twice."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import asyncpg

from compose.stack import Failed, Trial
from console.history import told
from contracts import open_event, read_envelope, spec_of
from contracts.intake import TOPIC, ApplicationSubmitted
from contracts.verification import DECISIONS, VerificationCompleted


def decided_once_each(trial: Trial) -> str:
    """Raises Failed when an application has no verdict, or more than one."""
    submitted, decided = asyncio.run(_counted(trial))
    lost = [subject for subject in submitted if subject not in decided]
    twice = [subject for subject, times in [*submitted.items(), *decided.items()] if times > 1]
    if lost or twice or set(decided) - set(submitted):
        raise Failed(f"lost {len(lost)} {lost[:3]}, twice {len(twice)} {twice[:3]} of {len(submitted)}")
    return f"{len(submitted)} applications, 0 lost, 0 doubled"


def longest_pause(trial: Trial, *, since: datetime) -> float:
    """Seconds between two verdicts that follow each other, at most."""
    times = sorted(asyncio.run(_decided_at(trial, since)))
    return max((after - before).total_seconds() for before, after in pairwise(times))


async def told_by_intake(trial: Trial) -> int:
    """How many acts of citizens intake has taken so far."""
    connection = await asyncpg.connect(trial.stack.dsn("intake"))
    try:
        count: int = await connection.fetchval("SELECT count(*) FROM outbox")
        return count
    finally:
        await connection.close()


async def _counted(trial: Trial) -> tuple[Counter[str], Counter[str]]:
    """How often each application was submitted and had its verdict; a record told again counts once."""
    seen: set[str] = set()
    submitted: Counter[str] = Counter()
    decided: Counter[str] = Counter()
    async for record in told(trial.stack, topics=[TOPIC, DECISIONS]):
        envelope = read_envelope(record.value or b"")
        if str(envelope.id) in seen:
            continue
        seen.add(str(envelope.id))
        fact = open_event(envelope)
        if isinstance(fact, ApplicationSubmitted):
            submitted[str(envelope.subject)] += 1
        elif isinstance(fact, VerificationCompleted):
            decided[str(envelope.subject)] += 1
    return submitted, decided


async def _decided_at(trial: Trial, since: datetime) -> Sequence[datetime]:
    envelopes = [read_envelope(record.value or b"") async for record in told(trial.stack, topics=[DECISIONS])]
    verdict = spec_of(VerificationCompleted).type
    return [one.time for one in envelopes if one.type == verdict and one.time >= since]
