"""Counts on the topics what became of every application: decided once each, none lost, none twice."""

import asyncio
from collections import Counter

import asyncpg

from compose.stack import Failed, Trial
from console.history import told
from contracts import open_event, read_envelope
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
