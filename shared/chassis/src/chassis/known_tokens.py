"""Tokens whose signature was checked a moment ago: a client sends the same one with each of its requests.

Invariant: nothing is known here for longer than `KNOWN_SECONDS`, nor beyond the token's own end, nor once the
issuer's keys were fetched anew.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, NamedTuple

from joserfc.jwk import KeySet

KNOWN_SECONDS = 60.0
MOST_KNOWN = 10_000

Claims = dict[str, Any]


class _Known(NamedTuple):
    kid: str | None
    keys: KeySet
    claims: Claims
    since: float
    until: float


class KnownTokens:
    """Claims of verified tokens. Of a token itself only its digest is kept."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[bytes, _Known] = {}  # the oldest first

    def kid(self, token: str) -> str | None:
        """The id of the key that a known token was signed with."""
        known = self._known.get(_digest(token))
        return known and known.kid

    def claims(self, token: str, keys: KeySet) -> Claims | None:
        """What a token says, if it was verified with these very keys, and that not long ago."""
        known = self._known.get(_digest(token))
        if known is None or known.keys is not keys or not known.since <= self._clock() < known.until:
            return None
        return known.claims

    def keep(self, token: str, claims: Claims, *, kid: str | None, keys: KeySet) -> None:
        """`claims` hold `exp`, in seconds since 1970."""
        digest, now = _digest(token), self._clock()
        self._known.pop(digest, None)
        if len(self._known) >= MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[digest] = _Known(kid, keys, claims, now, min(now + KNOWN_SECONDS, claims["exp"]))


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
