"""Intake put together: its settings, its table of messages, its routes and what they work with."""

from fastapi import FastAPI

from chassis.service import Blueprint, Parts
from intake.consumers import intake_service
from intake.http import acts, cases, drafts, papers
from intake.http.edge import Intake
from intake.identity import INTAKE
from intake.paper_files import paper_files
from intake.paper_room import PaperRoom
from intake.settings import IntakeSettings
from intake.store.owners import Owners


def _attach(app: FastAPI, parts: Parts[IntakeSettings]) -> None:
    app.state.intake = Intake(
        kernel=app.state.kernel,
        pool=parts.pool,
        owners=Owners(parts.pool),
        words=parts.words,
        files=paper_files(parts.settings),
        room=PaperRoom(parts.settings.papers_room_bytes),
        zone=parts.settings.zone,
        departures=parts.settings.departures,
        paper_limit_bytes=parts.settings.paper_limit_bytes,
        paper_seconds=parts.settings.paper_seconds,
    )


BLUEPRINT = Blueprint(
    identity=INTAKE,
    settings=IntakeSettings,
    service=lambda parts: intake_service(parts.settings.zone),
    routes=(drafts.router, papers.router, acts.router, cases.router),
    attach=_attach,
)
