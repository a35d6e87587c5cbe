"""The issuer's public keys: fetched when first needed, then twice a minute, and at once for an unknown key.

Invariant: a key that the issuer withdrew opens nothing a minute later, unless the issuer is silent.
"""

import asyncio
import time
from collections.abc import Callable

import httpx2
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.problems import Problem

log = structlog.get_logger()

#: After so long the next request fetches them while the others go on with those that are there,
FRESH_SECONDS = 30.0
#: and after so long, which is when nobody came meanwhile, all wait for them.
KEPT_SECONDS = 60.0
#: Least time between two fetches, so that tokens with made-up key ids cannot make us press the issuer.
PAUSE_SECONDS = 10.0
PAUSE_WITHOUT_KEYS_SECONDS = 1.0


class SigningKeys:
    """A cache of one JWKS (RFC 7517). Old keys stay in use while the issuer is silent."""

    def __init__(
        self, url: str, client: httpx2.AsyncClient, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._client = client
        self._clock = clock
        self._keys: KeySet | None = None
        self._fetched_at = self._tried_at = float("-inf")
        self._silent = False
        self._fetching = asyncio.Lock()

    async def holding(self, kid: str | None) -> KeySet:
        """The keys, fetched anew when `kid` is not among them. `Problem` 503 while there are none at all."""
        if self._are_too_old() or (self._wants(kid) and not self._fetching.locked()):
            async with self._fetching:  # whoever comes while the first keys are on their way waits for them
                if self._wants(kid):
                    await self._fetch()
        if self._keys is None:
            raise Problem(503, "issuer_silent", headers={"Retry-After": "5"})
        return self._keys

    def _are_too_old(self) -> bool:
        """Old ones do while the issuer is silent: then one request at a time tries, and nobody waits."""
        return self._keys is None or not (self._silent or self._clock() - self._fetched_at < KEPT_SECONDS)

    def _wants(self, kid: str | None) -> bool:
        now = self._clock()
        if self._keys is None:
            return now - self._tried_at >= PAUSE_WITHOUT_KEYS_SECONDS
        unknown = all(key.kid != kid for key in self._keys.keys)
        return (unknown or now - self._fetched_at >= FRESH_SECONDS) and now - self._tried_at >= PAUSE_SECONDS

    async def _fetch(self) -> None:
        self._tried_at = self._clock()
        try:
            reply = await self._client.get(self._url)
            reply.raise_for_status()
            self._keys = _public_keys(reply.json())
            self._fetched_at, self._silent = self._tried_at, False
        except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            self._silent = True
            log.warning(
                "signing_keys_not_fetched", error=type(error).__name__, old_ones_kept=bool(self._keys)
            )


def _public_keys(document: dict[str, list[dict[str, str]]]) -> KeySet:
    # Symmetric and encryption keys have no business in verifying what the issuer signed.
    usable = [key for key in document["keys"] if key.get("kty") in ("EC", "RSA") and key.get("use") != "enc"]
    return KeySet.import_key_set({"keys": usable})  # type: ignore[typeddict-item]
