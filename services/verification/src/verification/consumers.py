"""What verification hears, and whom it asks: each body goes to the one decider, each register is a target."""

from collections.abc import Awaitable, Callable
from typing import Any

from contracts.intake import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    HousingChosen,
    QuestionnaireCompleted,
)
from contracts.verification import VerificationParked, VerificationResumed
from contracts.words import Register
from messaging import Notices, Service, Target, Unanswered
from verification.decider import Cases
from verification.domain.answers import (
    AskDiploma,
    AskPerson,
    AskWork,
    DiplomaAnswer,
    PersonAnswer,
    WorkAnswer,
)
from verification.domain.checks import SilenceOver
from verification.domain.draft import Policy
from verification.registers.education import Education
from verification.registers.gateway import Gateway
from verification.registers.labour import Labour
from verification.registers.persons import Persons

HEARD = (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    QuestionnaireCompleted,
    HousingChosen,
    PersonAnswer,
    DiplomaAnswer,
    WorkAnswer,
    Unanswered,
    SilenceOver,
)
#: The labour market is asked two questions for one answer; and some time is needed to sign and to check.
QUESTIONS_AT_MOST = 2
SPARE_SECONDS = 2.0


def verification_service(policy: Policy, gateway: Gateway, *, parallel: int) -> Service:
    def target(
        register: Register, call: type, answer: type, perform: Callable[[Any], Awaitable[object]]
    ) -> Target:
        return Target(
            name=register.value,
            call=call,
            answer=answer,
            perform=perform,
            timeout_seconds=QUESTIONS_AT_MOST * gateway.timeout_seconds + SPARE_SECONDS,
            parallel=parallel,
        )

    return Service(
        name="verification",
        hears=dict.fromkeys(HEARD, Cases(policy)),
        notices=Notices(parked=VerificationParked, resumed=VerificationResumed),
        targets=(
            target(Register.PERSONS, AskPerson, PersonAnswer, Persons(gateway).ask),
            target(Register.EDUCATION, AskDiploma, DiplomaAnswer, Education(gateway).ask),
            target(Register.LABOUR, AskWork, WorkAnswer, Labour(gateway).ask),
        ),
    )
