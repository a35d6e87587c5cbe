"""Who owes what since when, in one sentence, for whoever asks why a case is waiting."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

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
}


def owed(waiting: Mapping[str, Any], zone: tzinfo) -> str:
    """`waiting` is that of a case as intake shows it; days and times are those of `zone`."""
    kind, _, register = waiting["for"].partition("_")
    what = f"The {register} register owes verification an answer" if register else OWED[kind]
    since = _moment(waiting["since"], zone)
    by = f"; it is asked again at {_moment(waiting['by'], zone)}" if waiting["by"] else ""
    return f"{what} since {since}{by}."


def _moment(text: str, zone: tzinfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%d.%m.%Y %H:%M:%S}"
