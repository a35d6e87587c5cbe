"""How a message arrives and what follows from it: inbox, state, outbox, due calls, parking.

The words of the kernel. `messaging.kernel.Kernel` itself is loaded by whoever runs one: it brings FastStream.
"""

from messaging.kinds import (
    Ask,
    Connection,
    Decider,
    Decision,
    Effect,
    IdempotencyConflict,
    Key,
    Message,
    Notices,
    PermanentError,
    Refusal,
    Remind,
    Service,
    Target,
    Tell,
    TransientError,
    Unanswered,
)
from messaging.pressure import Overloaded
from messaging.relay import Relay, republish
from messaging.retention import Keep, Retention, seconds_to_hour

__all__ = [
    "Ask",
    "Connection",
    "Decider",
    "Decision",
    "Effect",
    "IdempotencyConflict",
    "Keep",
    "Key",
    "Message",
    "Notices",
    "Overloaded",
    "PermanentError",
    "Refusal",
    "Relay",
    "Remind",
    "Retention",
    "Service",
    "Target",
    "Tell",
    "TransientError",
    "Unanswered",
    "republish",
    "seconds_to_hour",
]
