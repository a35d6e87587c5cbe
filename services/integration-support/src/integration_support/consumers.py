"""What integration-support hears, and who decides about it; it asks nobody outside."""

from contracts.intake import ArrivalReported
from contracts.integration import IntegrationParked, IntegrationResumed, ReferralAnswered
from integration_support.decider import Plans
from integration_support.domain.catalogue import Catalogue
from integration_support.domain.plan import Deadline
from integration_support.domain.terms import Terms
from messaging import Notices, Service

HEARD = (ArrivalReported, ReferralAnswered, Deadline)


def integration_service(catalogue: Catalogue, terms: Terms) -> Service:
    return Service(
        name="integration-support",
        hears=dict.fromkeys(HEARD, Plans(catalogue, terms)),
        notices=Notices(parked=IntegrationParked, resumed=IntegrationResumed),
    )
