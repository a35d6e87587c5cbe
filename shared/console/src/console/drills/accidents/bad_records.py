"""Bad records, of five kinds, and who must park each of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from console.audit.readers import HEARD
from contracts import is_ours, spec_of
from contracts.integration import REFERRALS, REPLIES, ReferralAnswered, ReferralDone, ReplyKind
from contracts.notification import TOPIC as MESSAGES
from contracts.notification import Channel, MessageSent
from contracts.verification import CHECKS, CheckConfirmed
from contracts.words import Register
from messaging.arrival import event_id, unreadable_id

HUGE_BYTES = 900_000  # almost as much as the broker takes
SOURCE, PROVIDER = "/qonys/drill", "urn:qonys:provider:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRecord:
    """`parked`: services with the id under which each must park it; `stranger`: its id, where an audit will
    find that nobody told it."""

    topic: str
    value: bytes
    key: bytes | None = None
    parked: frozenset[tuple[str, UUID]] = field(default=frozenset())
    stranger: UUID | None = None


#: Makes one on this topic, about this family or about nobody.
Brew = Callable[[str, UUID | None], BadRecord]


def brews(topic: str) -> Sequence[Brew]:
    """The kinds that this topic can have."""
    kinds = [_truncated, _bad_data, _no_text]
    if topic != REPLIES:  # whatever a provider tells must be settled, and nobody settles what nobody knows
        kinds.append(_unknown_type)
    if topic in _ABOUT_NOBODY:
        kinds.append(_unknown_case)
    if topic == MESSAGES:
        kinds.append(_no_letter)
    return kinds


def _truncated(topic: str, family: UUID | None) -> BadRecord:
    """As from a program that died while it wrote."""
    body = _envelope(topic, family, _heard_most(topic), {"reason": "the rest is missing"})
    return _unreadable(topic, body[: len(body) // 2], family)


def _no_text(topic: str, family: UUID | None) -> BadRecord:
    """Huge, and of NULs; what makes it one of many is at its end."""
    return _unreadable(topic, bytes(HUGE_BYTES) + uuid4().bytes, family)


def _unknown_type(topic: str, family: UUID | None) -> BadRecord:
    """Of a version to come: whoever does not know it leaves it alone."""
    name = spec_of(_heard_most(topic)).type.rpartition(".v")[0] + ".v9"
    return _readable(topic, _envelope(topic, family, name, {}), readers=())


def _bad_data(topic: str, family: UUID | None) -> BadRecord:
    """Where an object must be, there is none."""
    heard = _heard_most(topic)
    return _readable(topic, _envelope(topic, family, heard, []), readers=_readers(heard))


def _no_letter(topic: str, family: UUID | None) -> BadRecord:
    """A good event but for a U+0000 in its text: our own are read without their patterns, and only Postgres
    refuses it."""
    event = MessageSent(message_id=uuid4(), channel=Channel.SMS, about="nothing")
    body = _envelope(topic, family, MessageSent, {**msgspec.to_builtins(event), "about": "\0"})
    return _readable(topic, body, readers=_readers(MessageSent))


def _unknown_case(topic: str, family: UUID | None) -> BadRecord:
    """A good event, about a family that nobody has heard of."""
    del family
    event = _ABOUT_NOBODY[topic]()
    body = _envelope(topic, None, type(event), msgspec.to_builtins(event))
    return _readable(topic, body, readers=_readers(type(event)))


_ABOUT_NOBODY: Mapping[str, Callable[[], object]] = {
    CHECKS: lambda: CheckConfirmed(register=Register.PERSONS, member_id=uuid4()),
    MESSAGES: lambda: MessageSent(message_id=uuid4(), channel=Channel.SMS, about="nothing"),
    REFERRALS: lambda: ReferralDone(referral_id=uuid4(), service_no=1),
    REPLIES: lambda: ReferralAnswered(referral_id=uuid4(), reply=ReplyKind.DONE),
}


def _envelope(topic: str, family: UUID | None, told: type | str, data: Any) -> bytes:
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": PROVIDER if topic == REPLIES else SOURCE,
            "type": told if isinstance(told, str) else spec_of(told).type,
            "subject": str(family or uuid4()),
            "time": datetime.now(UTC).isoformat(),
            "data": data,
        }
    )


def _readable(topic: str, body: bytes, *, readers: Sequence[str]) -> BadRecord:
    """Its readers see whose it is."""
    head = msgspec.json.decode(body)
    identity = event_id(head["source"], head["id"], ours=is_ours(topic))
    return BadRecord(
        topic=topic,
        value=body,
        key=head["subject"].encode(),
        parked=frozenset((reader, identity) for reader in readers),
        stranger=None if topic == REPLIES else identity,  # replies have no outbox to be in
    )


def _unreadable(topic: str, body: bytes, family: UUID | None) -> BadRecord:
    """Whoever reads the topic must park it, and knows by its key at most whose it is."""
    readers = [reader for reader, heard in HEARD.items() if any(spec_of(one).topic == topic for one in heard)]
    identity = unreadable_id(family, body)
    key = str(family).encode() if family else None
    return BadRecord(
        topic=topic, value=body, key=key, parked=frozenset((reader, identity) for reader in readers)
    )


def _heard_most(topic: str) -> type:
    heard = {one for classes in HEARD.values() for one in classes if spec_of(one).topic == topic}
    return max(heard, key=lambda one: (len(_readers(one)), one.__name__))


def _readers(told: type) -> Sequence[str]:
    return [reader for reader, heard in HEARD.items() if told in heard]
