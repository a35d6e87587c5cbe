"""Identifiers that sort by time (UUID version 7, RFC 9562)."""

import os
import time
from uuid import UUID

_TAIL_BITS = 74
_millis = 0
_tail = 0


def uuid7() -> UUID:
    """48 bits of milliseconds and 74 bits that are random for the first of a millisecond, then counted up
    (RFC 9562, section 6.2, method 2): a thread's ids are in order, and one random read serves many."""
    global _millis, _tail
    now = time.time_ns() // 1_000_000
    if now > _millis:
        # Its first bit is left free, so that counting never overflows.
        _millis, _tail = now, int.from_bytes(os.urandom(10), "big") >> (80 - _TAIL_BITS + 1)
    else:
        _tail += 1
    high, low = _tail >> 62, _tail & ((1 << 62) - 1)
    return UUID(int=(_millis << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)
