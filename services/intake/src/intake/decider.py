"""Who decides in intake: one decider, keyed by application, for citizens' acts and others' events."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from intake.domain import parked
from intake.domain.acts import (
    AddPaper,
    ChooseHousing,
    CreateDraft,
    FillQuestionnaire,
    Moment,
    ReportArrival,
    Submit,
    Withdraw,
    refused,
)
from intake.domain.case import Case, LivingCase, person_key
from intake.domain.journey import choose_housing, fill_questionnaire, report_arrival
from intake.domain.news import NEWS
from intake.domain.submission import add_paper, make_draft, submit, withdraw
from intake.store import cases
from messaging import Connection, Decision, Key, Message, PermanentError

#: Acts on a case alone. A draft has no case yet, and a submission looks at the person's other cases too.
ACTS: Mapping[type, Callable[[Case, Any, Moment], Decision]] = {
    AddPaper: add_paper,
    FillQuestionnaire: fill_questionnaire,
    ChooseHousing: choose_housing,
    ReportArrival: report_arrival,
    Withdraw: withdraw,
}
HEARD = (CreateDraft, Submit, *ACTS, *NEWS, *parked.HEARD)


class Cases:
    """`zone` says which day it is for a citizen."""

    name = "cases"

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def keys(self, message: Message) -> Collection[Key]:
        if isinstance(message.body, Submit):
            return (message.subject, person_key(message.body.applicant_iin))
        return (message.subject,)

    async def load(self, conn: Connection, keys: Collection[Key]) -> Mapping[Key, Case | LivingCase]:
        return await cases.load(conn, keys)

    async def save(self, conn: Connection, states: Mapping[Key, Case | LivingCase]) -> None:
        await cases.save(conn, states)

    def decide(self, states: Mapping[Key, Any], message: Message, now: datetime) -> Decision:
        case: Case | None = states.get(message.subject)
        body, moment = message.body, Moment(now=now, today=now.astimezone(self._zone).date())
        if isinstance(body, CreateDraft):
            return make_draft(case, message.subject, body, moment)
        if type(body) in parked.HEARD:
            return _parked(case, message)
        if type(body) in NEWS:
            return _told(case, message)
        if case is None:
            return refused("not_found")
        if isinstance(body, Submit):
            return submit(case, states.get(person_key(body.applicant_iin)), body, moment)
        return ACTS[type(body)](case, body, moment)


def _told(case: Case | None, message: Message) -> Decision:
    """An event about a case never drafted here is a person's matter: somebody told what cannot be."""
    if case is None:
        raise PermanentError(f"{type(message.body).__name__} about an application that intake does not have")
    return Decision(states={message.subject: NEWS[type(message.body)](case, message.body, message.time)})


def _parked(case: Case | None, message: Message) -> Decision:
    """What waits elsewhere may name a case that nobody ever had: whoever decides about it there will see."""
    if case is None:
        return Decision()
    return Decision(states={message.subject: parked.HEARD[type(message.body)](case, message.body)})
