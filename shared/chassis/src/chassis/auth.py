"""Who is calling: bearer tokens (JWT) of the issuer named in the settings, and what their scopes open.

Invariant: a route without `requires(…)` is found by `unprotected_routes`, which a test of every service asks.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPBearer
from joserfc import jws, jwt
from joserfc.errors import JoseError

from chassis.iin import iin_error
from chassis.known_tokens import KnownTokens
from chassis.problems import Problem
from chassis.signing_keys import SigningKeys

ALGORITHMS = ("ES256", "RS256")
OPEN_PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})
LEEWAY_SECONDS = 30
LONGEST_TOKEN = 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whoever the issuer says is calling. Whether a case is his own is asked of `subject` by the service."""

    subject: str
    scopes: frozenset[str]
    iin: str | None = field(default=None, repr=False)  # personal data: must not reach a log by repr

    def may(self, scope: str) -> bool:
        return scope in self.scopes


class Authenticator:
    """Turns an Authorization header into a principal, or raises `Problem` 401."""

    def __init__(
        self, keys: SigningKeys, *, issuer: str, audience: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._keys = keys
        self._known = KnownTokens(clock)
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def principal(self, authorization: str | None) -> Principal:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthenticated("token_missing", "Bearer")
        try:
            return _principal(await self._verified(token.strip()))
        except (JoseError, ValueError, KeyError, TypeError):
            # One answer for every reason: a caller learns nothing about which check failed.
            raise _unauthenticated("token_invalid", 'Bearer error="invalid_token"') from None

    async def _verified(self, token: str) -> dict[str, Any]:
        if len(token) > LONGEST_TOKEN:
            raise ValueError("the token is too long")
        kid = self._known.kid(token) or jws.extract_compact(token.encode()).headers().get("kid")
        keys = await self._keys.holding(kid)
        if (known := self._known.claims(token, keys)) is not None:
            return known
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        self._claims.validate(decoded.claims)
        self._known.keep(token, decoded.claims, kid=kid, keys=keys)
        return decoded.claims


class Requires(HTTPBearer):
    """Lets in whoever has one of the scopes; 401 without a good token, 403 without such a scope."""

    def __init__(self, *scopes: str) -> None:
        super().__init__(bearerFormat="JWT", scheme_name="bearer", auto_error=False)
        self.scopes = frozenset(scopes)

    async def __call__(self, request: Request) -> Principal:  # type: ignore[override]
        authenticator: Authenticator = request.app.state.authenticator
        principal = await authenticator.principal(request.headers.get("authorization"))
        if not principal.scopes & self.scopes:
            wanted = " ".join(sorted(self.scopes))
            challenge = f'Bearer error="insufficient_scope", scope="{wanted}"'
            raise Problem(403, "scope_missing", headers={"WWW-Authenticate": challenge})
        return principal


def requires(*scopes: str) -> Requires:
    """For `Depends(requires("officer", "ops"))`: one of these scopes is enough."""
    if not scopes:
        raise ValueError("name at least one scope")
    return Requires(*scopes)


Citizen = Annotated[Principal, Depends(requires("citizen"))]
Officer = Annotated[Principal, Depends(requires("officer"))]
Partner = Annotated[Principal, Depends(requires("partner"))]
Operator = Annotated[Principal, Depends(requires("ops"))]


def unprotected_routes(app: FastAPI) -> list[str]:
    """The paths that anybody may call, but for health and metrics; a service must have none."""
    return [
        str(route.path)
        for route in iter_route_contexts(app.routes)
        if route.path not in OPEN_PATHS and not _is_protected(getattr(route, "dependant", None))
    ]


def _is_protected(dependant: Dependant | None) -> bool:
    return dependant is not None and any(isinstance(one.call, Requires) for one in _all_below(dependant))


def _all_below(dependant: Dependant) -> Iterator[Dependant]:
    for below in dependant.dependencies:
        yield below
        yield from _all_below(below)


def _principal(claims: dict[str, Any]) -> Principal:
    iin = claims.get("iin")
    return Principal(
        subject=claims["sub"],
        scopes=frozenset(str(claims.get("scope", "")).split()),
        iin=iin if isinstance(iin, str) and iin_error(iin) is None else None,
    )


def _unauthenticated(code: str, challenge: str) -> Problem:
    return Problem(401, code, headers={"WWW-Authenticate": challenge})
