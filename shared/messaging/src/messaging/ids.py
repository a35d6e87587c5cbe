"""Identifiers: those that sort by time (UUID version 7, RFC 9562), and a quicker class for all of them."""

import os
import time
from uuid import UUID

from asyncpg.pgproto import pgproto

_TAIL_BITS = 74
_millis = 0
_tail = 0


def quick(value: UUID | str | bytes) -> UUID:
    """The same UUID in the database driver's class: ten times quicker to make, hash, print and send. Raises
    `ValueError` for a text that is none."""
    made: UUID = pgproto.UUID(value.bytes if isinstance(value, UUID) else value)
    return made


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
    number = (_millis << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low
    made: UUID = pgproto.UUID(number.to_bytes(16, "big"))
    return made
