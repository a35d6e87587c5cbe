"""Letters and SMS: from each decision one on each channel, each in the state that its events tell."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha1
from uuid import UUID

from console.audit.families import Family
from console.audit.report import Line, Report
from console.audit.sources import Row
from console.audit.told import Told, named, of_type
from contracts import spec_of
from contracts.notification import (
    TOPIC,
    Channel,
    ContactRequested,
    MessageDelivered,
    MessageFailed,
    MessageSent,
)
from contracts.verification import CheckSilent, Verdict, VerificationCompleted

_SENT, _DELIVERED, _FAILED, _SILENT = (
    spec_of(cls).type for cls in (MessageSent, MessageDelivered, MessageFailed, CheckSilent)
)
_VERDICT, _CONTACT = named(VerificationCompleted), named(ContactRequested)
_CHANNELS = [channel.encode() for channel in Channel]
UNCONFIRMED = "unconfirmed"

#: A message's id, as 16 octets.
MessageId = bytes
#: State and cause.
Fate = tuple[str, str | None]


def judge_messages(family: Family, report: Report) -> None:
    """Compares the rows with what notification has heard, and with what it told of them."""
    line, rows = report["messages"], family.rows("messages")
    if family.rows("held_news"):
        line.notes["held until the application is heard"] += len(family.rows("held_news"))
    else:
        heard = family.decided_by("notification")
        _written(line, family, heard, {row["message_id"].bytes for row in rows})
        _contact(line, family, heard)
    told = _told(family)
    for row in rows:
        found, wanted = (row["state"], row["cause"]), _fate(row, told.get(str(row["message_id"]), ()))
        line.examined += 1
        line.notes[row["state"]] += 1
        if found != wanted:
            line.fault(row["message_id"], f"of {family.id} is {found} and must be {wanted}")


def _written(line: Line, family: Family, heard: Sequence[Told], rows: set[MessageId]) -> None:
    """A message's id is drawn from the event that it tells. That a register is silent is told once."""
    wanted = _ids(told for told in heard if told.type != _SILENT)
    silences = [_ids([told]) for told in heard if told.type == _SILENT]
    for lost in wanted - rows:
        line.fault(UUID(bytes=lost), f"of {family.id} was never written, although its event was heard")
    for doubled in rows.difference(wanted, *silences):
        line.fault(UUID(bytes=doubled), f"of {family.id} tells no event that was heard")
    if silences and sum(ids <= rows for ids in silences) != 1:
        line.fault(f"{family.id}/silence", "was not told exactly once that a register is silent")


def _contact(line: Line, family: Family, heard: Sequence[Told]) -> None:
    """On a clear verdict, and only then, the career centre is asked to call."""
    clear = any(told.fact.verdict is Verdict.CLEAR for told in of_type(heard, _VERDICT))
    told = [event.fact.task_id for event in of_type(family.on(TOPIC), _CONTACT)]
    rows = [row["task_id"] for row in family.rows("contact_tasks")]
    line.examined += 1
    if rows != told or len(told) != int(clear):
        what = f"has {len(rows)} tasks to contact it, was told {len(told)} and needs {int(clear)}"
        line.fault(f"{family.id}/contact", what)


def _ids(events: Iterable[Told]) -> set[MessageId]:
    return {_drawn(told.octets + channel) for told in events for channel in _CHANNELS}


def _drawn(name: bytes) -> MessageId:
    """What `uuid5` draws, four times quicker: every letter of every family passes here."""
    digest = bytearray(sha1(name, usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)


def _told(family: Family) -> Mapping[str | None, Sequence[Told]]:
    told: dict[str | None, list[Told]] = {}
    for event in family.on(TOPIC):
        told.setdefault(event.mark.message_id, []).append(event)
    return told


def _fate(row: Row, told: Sequence[Told]) -> Fate:
    """A receipt is believed whenever it comes; a mail server gives none."""
    types = [one.type for one in told]
    if _DELIVERED in types:
        return "delivered", None
    if _FAILED in types:
        cause = next(one for one in reversed(told) if one.type == _FAILED).mark.cause
        return ("unconfirmed" if cause == UNCONFIRMED else "failed"), cause
    if _SENT in types:
        return ("sent" if row["channel"] == Channel.EMAIL else "sending"), None
    return "created", None
