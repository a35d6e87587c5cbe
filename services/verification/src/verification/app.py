"""Verification put together: its settings, its keys, its registers and its table of messages."""

import structlog
from cryptography import x509
from fastapi import FastAPI

from chassis.service import Blueprint, Parts
from messaging import Service
from verification import http
from verification.consumers import verification_service
from verification.domain.checks import Patience
from verification.domain.draft import Policy
from verification.identity import VERIFICATION
from verification.registers.gateway import Gateway
from verification.registers.signatures import RsaSigner
from verification.settings import VerificationSettings
from verification.signing import public_keys, signer_of

log = structlog.get_logger()


def _service(parts: Parts[VerificationSettings]) -> Service:
    return verification_service(
        _policy(parts.settings), _gateway(parts), parallel=parts.settings.gateway_parallel
    )


def _policy(settings: VerificationSettings) -> Policy:
    return Policy(
        rules=settings.rules,
        signer=signer_of(settings.certificate_key_file.read_bytes()),
        zone=settings.zone,
        patience=Patience(
            first_seconds=settings.silence_first_seconds, longest_seconds=settings.silence_longest_seconds
        ),
    )


def _gateway(parts: Parts[VerificationSettings]) -> Gateway:
    settings = parts.settings
    trusted = settings.gateway_certificate_file
    if trusted is None:
        log.warning("gateway_replies_unchecked")
    return Gateway(
        http=parts.http,
        url=str(settings.gateway_url),
        sender=settings.gateway_sender,
        signer=RsaSigner(
            key_pem=settings.gateway_key_file.read_bytes(),
            certificate_pem=settings.gateway_client_certificate_file.read_bytes(),
        ),
        certificate=x509.load_pem_x509_certificate(trusted.read_bytes()) if trusted else None,
        timeout_seconds=settings.gateway_timeout_seconds,
    )


def _attach(app: FastAPI, parts: Parts[VerificationSettings]) -> None:
    app.state.certificate_keys = public_keys(parts.settings.certificate_key_file.read_bytes())


BLUEPRINT = Blueprint(
    identity=VERIFICATION,
    settings=VerificationSettings,
    service=_service,
    routes=(http.router,),
    attach=_attach,
)
