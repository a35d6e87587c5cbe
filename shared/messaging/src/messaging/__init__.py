"""How a message arrives and what follows from it: inbox, state, outbox, due calls, parking."""

from messaging.kernel import Kernel
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
from messaging.relay import Relay, republish

__all__ = [
    "Ask",
    "Connection",
    "Decider",
    "Decision",
    "Effect",
    "IdempotencyConflict",
    "Kernel",
    "Key",
    "Message",
    "PermanentError",
    "Refusal",
    "Relay",
    "Remind",
    "Service",
    "Target",
    "Tell",
    "TransientError",
    "Unanswered",
    "republish",
]
