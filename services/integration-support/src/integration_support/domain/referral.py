"""One service asked of its provider, and the event that tells each reply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from contracts.integration import (
    ReferralAccepted,
    ReferralAnswered,
    ReferralDeclined,
    ReferralDone,
    ReplyKind,
)

NO_REASON = "no reason given"


class State(StrEnum):
    """A referral's way; declined and done end it."""

    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DONE = "done"


ENDS = frozenset({State.DECLINED, State.DONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """One service asked of its provider."""

    referral_id: UUID
    service_no: int
    provider: str
    due_on: date
    state: State = State.SENT
    overdue_times: int = 0
    because: str | None = None  # the provider's words when it declined

    @property
    def overdue_now(self) -> bool:
        return self.overdue_times > 0 and self.state not in ENDS


def _accepted(referral: Referral, _: ReferralAnswered) -> object:
    return ReferralAccepted(referral_id=referral.referral_id, service_no=referral.service_no)


def _declined(referral: Referral, reply: ReferralAnswered) -> object:
    because = reply.because or NO_REASON
    return ReferralDeclined(referral_id=referral.referral_id, service_no=referral.service_no, because=because)


def _done(referral: Referral, _: ReferralAnswered) -> object:
    return ReferralDone(referral_id=referral.referral_id, service_no=referral.service_no)


#: A provider's reply → the event that tells it.
TOLD: Mapping[ReplyKind, Callable[[Referral, ReferralAnswered], object]] = {
    ReplyKind.ACCEPTED: _accepted,
    ReplyKind.DECLINED: _declined,
    ReplyKind.DONE: _done,
}
