"""Letters and SMS: from each decision one on each channel, each in the state that its events tell."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID, uuid5

from console.audit.families import Family, Told
from console.audit.report import Line, Report
from console.audit.sources import Row
from contracts import spec_of
from contracts.notification import Channel, MessageDelivered, MessageFailed, MessageSent
from contracts.verification import CheckSilent

_SENT, _DELIVERED, _FAILED, _SILENT = (
    spec_of(cls).type for cls in (MessageSent, MessageDelivered, MessageFailed, CheckSilent)
)
UNCONFIRMED = "unconfirmed"

#: State and cause.
Fate = tuple[str, str | None]


def judge_messages(family: Family, report: Report) -> None:
    """Compares the rows with what notification has heard, and with what it told of them."""
    line = report["messages"]
    heard = family.decided_by("notification")
    rows = {row["message_id"]: row for row in family.rows("messages")}
    if family.rows("held_news"):
        line.notes["held until the application is heard"] += len(family.rows("held_news"))
    else:
        _written(line, family, heard, rows)
    fates = _fates(family)
    for identity, row in rows.items():
        wanted = _fate(row, fates.get(identity, ()))
        found = (row["state"], row["cause"])
        line.check(found == wanted, identity, f"of {family.id} is {found} and must be {wanted}")
        line.notes[found[0]] += 1


def _written(line: Line, family: Family, heard: Sequence[Told], rows: Mapping[UUID, Row]) -> None:
    """A message's id is drawn from the event that it tells. That a register is silent is told once."""
    silences = [told for told in heard if told.type == _SILENT]
    wanted = set(_ids(told for told in heard if told.type != _SILENT))
    kinder = [set(_ids([told])) for told in silences]
    for lost in wanted - rows.keys():
        line.fault(lost, f"of {family.id} was never written, although its event was heard")
    for doubled in rows.keys() - wanted - set().union(*kinder):
        line.fault(doubled, f"of {family.id} tells no event that was heard")
    if silences and sum(ids <= rows.keys() for ids in kinder) != 1:
        line.fault(f"{family.id}/silence", "was not told exactly once that a register is silent")


def _ids(events: Iterator[Told] | Sequence[Told]) -> Iterator[UUID]:
    return (uuid5(told.id, channel) for told in events for channel in Channel)


def _fates(family: Family) -> dict[UUID, list[Told]]:
    fates: dict[UUID, list[Told]] = {}
    for told in family.by("notification"):
        if told.type in (_SENT, _DELIVERED, _FAILED):
            fates.setdefault(told.fact.message_id, []).append(told)
    return fates


def _fate(row: Row, told: Sequence[Told]) -> Fate:
    """A receipt is believed whenever it comes; a mail server gives none."""
    types = [one.type for one in told]
    if _DELIVERED in types:
        return "delivered", None
    if _FAILED in types:
        cause = next(one for one in reversed(told) if one.type == _FAILED).fact.cause
        return ("unconfirmed" if cause == UNCONFIRMED else "failed"), cause
    if _SENT in types:
        return ("sent" if row["channel"] == Channel.EMAIL else "sending"), None
    return "created", None
