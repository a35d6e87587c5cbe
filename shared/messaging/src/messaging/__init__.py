"""How a message arrives and what follows from it: inbox, state, outbox, due calls, parking."""

from messaging.kinds import (
    Ask,
    Connection,
    Decider,
    Decision,
    Effect,
    IdempotencyConflict,
    Key,
    Message,
    PermanentError,
    Refusal,
    Remind,
    Service,
    Target,
    Tell,
    TransientError,
    Unanswered,
)

__all__ = [
    "Ask",
    "Connection",
    "Decider",
    "Decision",
    "Effect",
    "IdempotencyConflict",
    "Key",
    "Message",
    "PermanentError",
    "Refusal",
    "Remind",
    "Service",
    "Target",
    "Tell",
    "TransientError",
    "Unanswered",
]
