"""Which other services wait for an operator about the case, and since when. It is no news of the family's: it
is said as long as it lasts, and leaves no line on the timeline."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from contracts.integration import IntegrationParked, IntegrationResumed
from contracts.notification import NotificationParked, NotificationResumed
from contracts.verification import VerificationParked, VerificationResumed
from intake.domain.case import Case


def _parked(service: str, case: Case, event: Any) -> Case:
    return case.knowing(parked={**case.facts.parked, service: event.since})


def _resumed(service: str, case: Case, _: object) -> Case:
    return case.knowing(parked={name: since for name, since in case.facts.parked.items() if name != service})


HEARD: Mapping[type, Callable[[Case, Any], Case]] = {
    VerificationParked: partial(_parked, "verification"),
    VerificationResumed: partial(_resumed, "verification"),
    NotificationParked: partial(_parked, "notification"),
    NotificationResumed: partial(_resumed, "notification"),
    IntegrationParked: partial(_parked, "integration-support"),
    IntegrationResumed: partial(_resumed, "integration-support"),
}
