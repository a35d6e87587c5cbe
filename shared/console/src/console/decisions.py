"""Watches the topics for what becomes of applications: from submission to the first decision on a place."""

import asyncio
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import datetime

from console.history import told
from console.layout import Stack
from contracts import UnreadableError, open_event, read_envelope
from contracts.intake import TOPIC, ApplicationSubmitted
from contracts.verification import (
    DECISIONS,
    EligibilityDecided,
    QuotaReserved,
    QuotaWaitlisted,
    Verdict,
    VerificationCompleted,
)

LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Decision:
    """How it ended and how long it took, by the times of the two events."""

    outcome: str
    seconds: float


class Watch:
    """`run` until cancelled; `decisions` holds those of the wanted applications."""

    def __init__(self, wanted: Set[str], *, on_decision: Callable[[], object]) -> None:
        self._wanted = wanted
        self._on_decision = on_decision
        self._submitted: dict[str, datetime] = {}
        self._decided: dict[str, tuple[str, datetime]] = {}
        self._ended: dict[str, Decision] = {}

    @property
    def decisions(self) -> dict[str, Decision]:
        return {subject: one for subject, one in self._ended.items() if subject in self._wanted}

    async def run(self, stack: Stack) -> None:
        async for record in told(stack, topics=[TOPIC, DECISIONS], follow=True):
            try:
                envelope = read_envelope(record.value or b"")
                fact = open_event(envelope)
            except UnreadableError:
                continue  # whoever hears it parks it; here it decides nothing
            if isinstance(fact, ApplicationSubmitted):
                self.submitted(str(envelope.subject), envelope.time)
            else:
                self.hear(str(envelope.subject), fact, envelope.time)

    async def settled(self, patience_seconds: float) -> None:
        """Returns when all wanted are decided, or none more was for so long."""
        before, deadline = -1, 0.0
        clock = asyncio.get_running_loop().time
        while (now := len(self.decisions)) < len(self._wanted):
            if now != before:
                before, deadline = now, clock() + patience_seconds
            elif clock() > deadline:
                return
            await asyncio.sleep(LOOK_SECONDS)

    def submitted(self, subject: str, at: datetime) -> None:
        self._submitted[subject] = at
        self._join(subject)

    def hear(self, subject: str, fact: object, at: datetime) -> None:
        """The first decision on a place, or against one, counts."""
        if outcome := _outcome(fact):
            self._decided.setdefault(subject, (outcome, at))
            self._join(subject)

    def _join(self, subject: str) -> None:
        """Two topics have no common order: whichever comes second completes the pair."""
        submitted, decided = self._submitted.get(subject), self._decided.get(subject)
        if submitted and decided and subject not in self._ended:
            self._ended[subject] = Decision(decided[0], (decided[1] - submitted).total_seconds())
            self._on_decision()


def _outcome(fact: object) -> str | None:
    match fact:
        case QuotaReserved():
            return "place reserved"
        case QuotaWaitlisted():
            return "waiting list"
        case EligibilityDecided(eligible=False):
            return "refused"
        case VerificationCompleted(verdict=Verdict.BLOCKED):
            return "blocked"
    return None
