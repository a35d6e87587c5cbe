"""An identity provider in the manner of OpenID Connect that gives anybody any token: for the sandbox only."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import BaseModel, Field, ValidationError

AUDIENCE = "qonys"
SCOPES = ("citizen", "officer", "partner", "ops")
ALGORITHM = "ES256"


class TokenRequest(BaseModel):
    """A body of `POST /token`; fields of OAuth that the sandbox does not need are ignored."""

    sub: Annotated[str, Field(min_length=1)]
    scope: str = ""
    iin: str | None = None
    audience: str = AUDIENCE
    expires_in: int = 3600


class Issuer:
    """Signs tokens with a P-256 key that is kept in a file, so that tokens survive a restart."""

    def __init__(self, key_file: Path, url: str) -> None:
        self.url = url
        self._key = _kept_key(key_file)

    def token(self, asked: TokenRequest) -> str:
        """A JWT with the claims iss, sub, aud, iat, exp, jti, scope and, when given, iin."""
        now = datetime.now(UTC)
        claims: dict[str, Any] = {
            "iss": self.url,
            "sub": asked.sub,
            "aud": asked.audience,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=asked.expires_in)).timestamp()),
            "jti": str(uuid4()),
            "scope": asked.scope,
        }
        if asked.iin:
            claims["iin"] = asked.iin
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid}, claims, self._key)

    def jwks(self) -> dict[str, Any]:
        """The public key, as a JWK set."""
        return {"keys": [{**self._key.as_dict(private=False), "alg": ALGORITHM, "use": "sig"}]}

    def configuration(self) -> dict[str, Any]:
        """What `/.well-known/openid-configuration` says."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks.json",
            "token_endpoint": f"{self.url}/token",
            "scopes_supported": list(SCOPES),
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
        }


def issuer_routes(issuer: Issuer) -> APIRouter:
    """Discovery, keys and tokens."""
    router = APIRouter()

    @router.get("/.well-known/openid-configuration")
    async def configuration() -> dict[str, Any]:
        return issuer.configuration()

    @router.get("/jwks.json")
    async def jwks() -> dict[str, Any]:
        return issuer.jwks()

    @router.post("/token")
    async def token(http: Request) -> dict[str, Any]:
        asked = await _read(http)
        granted = {"access_token": issuer.token(asked), "token_type": "Bearer"}
        return granted | {"expires_in": asked.expires_in, "scope": asked.scope}

    return router


async def _read(http: Request) -> TokenRequest:
    try:
        if http.headers.get("content-type", "").startswith("application/json"):
            return TokenRequest.model_validate_json(await http.body())
        return TokenRequest.model_validate(dict(await http.form()))
    except ValidationError as error:
        raise HTTPException(400, error.errors(include_url=False, include_input=False)) from error


def _kept_key(file: Path) -> ECKey:
    if file.exists():
        return ECKey.import_key(json.loads(file.read_text()))
    key = ECKey.generate_key("P-256", auto_kid=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(key.as_dict(private=True)))
    return key
