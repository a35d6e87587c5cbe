"""The timeline of a case in words: what happened, in the order in which it did, and to whom of the family."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contracts.intake import Member
from intake.domain.case import Entry
from intake.http.voice import Voice


def timeline(entries: Iterable[Entry], members: Sequence[Member], *, voice: Voice) -> list[dict[str, Any]]:
    """Topics are heard in any order, so that the lines are sorted by when each thing was decided."""
    names = {str(member.member_id): member.name.given for member in members}
    return [_line(entry, names, voice) for entry in sorted(entries, key=_place)]


def _place(entry: Entry) -> tuple[object, ...]:
    return entry.at, _rank(entry.code), entry.number


def _rank(code: str) -> int:
    """Within one moment: first what the others follow from, and last what ends all."""
    if code.startswith("check_") or code == "plan_opened":
        return 0
    return 2 if code == "plan_completed" else 1


def _line(entry: Entry, names: Mapping[str, str], voice: Voice) -> dict[str, Any]:
    somebody = names.get(str(entry.args.get("member"))) or voice.say("somebody")
    sentence = voice.say(f"entry-{entry.code}", {**entry.args, "member": somebody})
    return {"at": entry.at, "code": entry.code, "sentence": sentence}
