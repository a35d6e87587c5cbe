"""Integration-support put together: its settings, its table of messages, its route."""

from fastapi import FastAPI

from chassis.service import Blueprint, Parts
from integration_support.consumers import integration_service
from integration_support.http import Desk, router
from integration_support.identity import INTEGRATION_SUPPORT
from integration_support.settings import IntegrationSettings
from messaging import Service


def _service(parts: Parts[IntegrationSettings]) -> Service:
    return integration_service(parts.settings.catalogue, parts.settings.terms)


def _attach(app: FastAPI, parts: Parts[IntegrationSettings]) -> None:
    app.state.desk = Desk(pool=parts.pool, words=parts.words, catalogue=parts.settings.catalogue)


BLUEPRINT = Blueprint(
    identity=INTEGRATION_SUPPORT,
    settings=IntegrationSettings,
    service=_service,
    routes=(router,),
    attach=_attach,
)
