"""Verification has no public face: only the keys with which partners check certificates."""

from typing import Any

from fastapi import APIRouter, Depends, Request

from chassis.auth import requires

router = APIRouter(prefix="/v1", dependencies=[Depends(requires("ops", "partner"))])


@router.get("/keys")
async def keys(request: Request) -> Any:
    """The public keys of certificates (JWKS, RFC 7517)."""
    return request.app.state.certificate_keys
