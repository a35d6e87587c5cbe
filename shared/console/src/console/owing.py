"""Who owes what since when, in a sentence each, for whoever asks why a case is waiting.

Made of what the four services show of it: intake's view of the case, what is parked anywhere, the plan, the
messages. What is parked comes first: until it is decided, all the rest may be out of date.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

View = Mapping[str, Any]

#: What intake's view of a case waits for → who owes it, and what it is.
OWED: Mapping[str, str] = {
    "papers": "The family owes papers",
    "submission": "The family owes the submission",
    "registers": "The state registers owe verification an answer",
    "register": "A state register owes verification an answer",
    "decision": "Verification owes the decision on eligibility and a place",
    "place": "The region owes a place in its quota",
    "questionnaire": "The family owes the questionnaire",
    "certificate": "Verification owes the certificate",
    "housing": "The family owes the choice of a home",
    "payment": "Verification owes the decision on the payment",
    "arrival": "The family owes the report of its arrival",
    "plan": "Integration-support owes the plan",
    "services": "The providers owe integration-support the end of services",
    "mending": "The family owes what mends the reasons below",
    "call": "The career centre owes the family, which was reached on no channel, a call",
    "operator": "An operator owes a decision",
}
OPEN = frozenset({"sent", "accepted"})
CHANNELS = {"email": "letter", "sms": "SMS"}
TOLD = frozenset({"sent", "delivered"})
#: The state of a message → who owes what.
OWED_MESSAGES: Mapping[str, str] = {
    "created": "Notification owes the family the {what} since {since}",
    "sending": "The SMS gateway owes notification the receipt of the {what} since {since}",
    "failed": "The career centre owes the family a call since {since}: no {what} arrived ({cause})",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One case as the services show it; `unasked` did not answer."""

    case: View
    parked: Sequence[View] = ()
    plan: View | None = None
    messages: Sequence[View] = ()
    unasked: Sequence[str] = ()


def debts(known: Known, *, zone: tzinfo, today: date) -> list[str]:
    """The first is why the case waits, or that it does not; the others are owed besides."""
    return [
        *_decisions(known.parked, zone),
        *_next(known, zone, today),
        *_messages(known.messages, zone),
        *_call(known.case, today),
        *(f"What waits in {name} is not known: it does not answer." for name in known.unasked),
    ]


def owed(waiting: View, zone: tzinfo) -> str:
    """`waiting` is that of a case as intake shows it; days and times are those of `zone`."""
    kind, _, register = waiting["for"].partition("_")
    what = f"The {register} register owes verification an answer" if register else OWED[kind]
    where = f" in {', '.join(waiting['parked_in'])}" if kind == "operator" else ""
    since = _moment(waiting["since"], zone)
    by = f"; it is asked again at {_moment(waiting['by'], zone)}" if waiting["by"] else ""
    return f"{what}{where} since {since}{by}."


def _decisions(parked: Sequence[View], zone: tzinfo) -> Iterator[str]:
    """A family's first message that could not be decided in a service; its later ones wait behind it."""
    heads: dict[str, list[View]] = {}
    for row in parked:
        heads.setdefault(row["message"].partition("/")[0], []).append(row)
    for service, (head, *behind) in heads.items():
        since = _moment(head["parked_at"], zone)
        waits = f"; {_count(len(behind))} behind it" if behind else ""
        yield f"An operator owes {service} a decision on {head['message']}, parked since {since}{waits}."


def _count(behind: int) -> str:
    return "1 more waits" if behind == 1 else f"{behind} more wait"


def _next(known: Known, zone: tzinfo, today: date) -> Iterator[str]:
    waiting = known.case["waiting"]
    shown = {row["message"].partition("/")[0] for row in known.parked}
    if waiting and waiting["for"] == "operator" and shown.issuperset(waiting["parked_in"]):
        return  # it is said above, with its number
    if waiting and waiting["for"] == "services" and known.plan:
        yield from _services(known.plan, waiting, zone, today)
    elif waiting:
        yield owed(waiting, zone)
    elif not known.parked:
        yield "Nothing is awaited: the case is over."


def _services(plan: View, waiting: View, zone: tzinfo, today: date) -> Iterator[str]:
    """The one that is due first is named."""
    referred = [one for one in plan["services"] if one["state"] != "not_applicable"]
    still = sorted((one for one in referred if one["state"] in OPEN), key=lambda one: str(one["due_on"]))
    if not still:
        yield owed(waiting, zone)
        return
    first, due = still[0], date.fromisoformat(still[0]["due_on"])
    when = f"by {due:%d.%m.%Y}" if due >= today else f"and is late, it was due on {due:%d.%m.%Y}"
    yield (
        f"The provider {first['provider']} owes service no. {first['service_no']} ({first['name']}) {when}; "
        f"{len(still)} of {len(referred)} services are open since {_moment(waiting['since'], zone)}."
    )


def _messages(messages: Sequence[View], zone: tzinfo) -> Iterator[str]:
    """What the family was not told yet, and what it could be told on no channel."""
    told = {one["about"] for one in messages if one["state"] in TOLD}
    for state, said in OWED_MESSAGES.items():
        open_ones = [one for one in messages if one["state"] == state]
        if state == "failed":
            open_ones = [one for one in open_ones if one["about"] not in told]
        if open_ones:
            yield said.format(**_message(open_ones[0], zone)) + _more(len(open_ones) - 1)


def _message(one: View, zone: tzinfo) -> Mapping[str, str]:
    what = f"{CHANNELS[one['channel']]} about {one['about'].replace('_', ' ')}"
    return {"what": what, "since": _moment(one["changed_at"], zone), "cause": one["cause"] or "no cause told"}


def _more(number: int) -> str:
    return f", and {number} more." if number else "."


def _call(case: View, today: date) -> Iterator[str]:
    """Nobody tells when the career centre has called, so it is only said until the day has passed."""
    by = case["contact_by"] and date.fromisoformat(case["contact_by"])
    if by and by >= today:
        yield f"The career centre owes the family a call by {by:%d.%m.%Y}."


def _moment(text: str, zone: tzinfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%d.%m.%Y %H:%M:%S}"
