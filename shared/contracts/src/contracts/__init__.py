"""What the services say to each other: every event, its envelope and its topic."""

from contracts import intake, integration, notification, verification
from contracts.envelope import Envelope, UnreadableError, open_event, read_envelope, seal
from contracts.event import EVENTS, EventSpec, event, fact, is_event, is_ours, spec_of, topics

__all__ = [
    "EVENTS",
    "Envelope",
    "EventSpec",
    "UnreadableError",
    "event",
    "fact",
    "intake",
    "integration",
    "is_event",
    "is_ours",
    "notification",
    "open_event",
    "read_envelope",
    "seal",
    "spec_of",
    "topics",
    "verification",
]
