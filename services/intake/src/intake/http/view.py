"""A case in words: what a citizen reads about it, in his language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from msgspec import to_builtins

import contracts.words as said
from chassis.arabic_script import to_arabic_script
from chassis.regions import region_of
from chassis.words import ARABIC, Words
from intake.domain.case import Case, Entry, Facts
from intake.domain.papers import Requirement, missing
from intake.domain.waiting import Waiting, next_step, waiting

REFERRAL_STATES = ("sent", "accepted", "declined", "done", "overdue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Says things in one language; times are told by the clock of `zone`."""

    words: Words
    language: str
    zone: ZoneInfo

    def say(self, key: str, args: Mapping[str, str | int] | None = None) -> str:
        told = {name: self._told(name, value) for name, value in (args or {}).items()}
        return self.words.say(self.language, key.replace("_", "-"), **told)

    def choose(self, words: said.Words) -> str:
        """One of a sentence's languages."""
        if self.language == ARABIC:
            return to_arabic_script(words.kk)
        chosen: str = getattr(words, self.language)
        return chosen

    def time(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{self._day(local.date())}, {format_datetime(local, 'HH:mm', locale=self._spoken)}"

    @property
    def _spoken(self) -> str:
        """Kazakh in Arabic script is written from the Cyrillic sentence as a whole."""
        return "kk" if self.language == ARABIC else self.language

    def _day(self, day: date) -> str:
        return format_date(day, "long", locale=self._spoken)

    def _told(self, name: str, value: str | int) -> str | int:
        match name:
            case "register" | "channel":
                return self.words.say(self._spoken, f"{name}-{value}")
            case "day":
                return self._day(date.fromisoformat(str(value)))
            case "year":
                return str(value)  # a number would be grouped: 2 026
        return value


def case_in_words(case: Case, entries: Sequence[Entry], *, voice: Voice, today: date) -> dict[str, Any]:
    """The whole answer of `GET /v1/applications/{id}`."""
    needs = missing(case.category, case.members, case.papers, on=today)
    return {
        "application_id": case.application_id,
        "category": case.category,
        "language": case.language,
        "region_from": _region(case.region_from, voice),
        "region_to": _region(case.region_to, voice),
        "people": len(case.members),
        "state": case.state,
        "state_words": voice.say(f"state-{case.state}"),
        "created_at": case.created_at,
        "submitted_at": case.submitted_at,
        **_what_now(case, len(needs), voice),
        "reasons": [_reason(reason, voice) for reason in case.facts.reasons],
        "members": [_member(member) for member in to_builtins(case.members)],
        "papers": _papers(case, needs),
        **_facts(case.facts),
        "timeline": [_entry(entry, voice) for entry in entries],
    }


def _what_now(case: Case, papers_missing: int, voice: Voice) -> dict[str, Any]:
    awaited = waiting(case, papers_missing=papers_missing)
    step = next_step(case, papers_missing=papers_missing)
    return {
        "waiting": awaited and _waiting(awaited, voice),
        "next_step": {"code": step, "sentence": voice.say(f"next-{step}")},
    }


def _waiting(awaited: Waiting, voice: Voice) -> dict[str, Any]:
    register = awaited.awaited.removeprefix("register_")
    args = {**awaited.args, "since": voice.time(awaited.since)}
    key = awaited.awaited
    if awaited.by is not None:
        key, args = "register", {**args, "register": register, "by": voice.time(awaited.by)}
    sentence = voice.say(f"waiting-{key}", args)
    return {"for": awaited.awaited, "since": awaited.since, "by": awaited.by, "sentence": sentence}


def _region(kato: str, voice: Voice) -> dict[str, str]:
    region = region_of(kato)
    return {"kato": kato, "name": voice.choose(region.names) if region else kato}


def _reason(reason: said.Reason, voice: Voice) -> dict[str, Any]:
    act = voice.choose(reason.act_words) if reason.act_words else reason.act
    remedy = reason.remedy and voice.choose(reason.remedy)
    return {"code": reason.code, "act": act, "says": voice.choose(reason.says), "remedy": remedy}


def _member(member: Mapping[str, Any]) -> dict[str, Any]:
    return {name: member[name] for name in ("member_id", "kinship", "name", "birth_date", "iin")}


def _papers(case: Case, needs: Sequence[Requirement]) -> dict[str, Any]:
    shown = ("member_id", "kind", "media_type", "size_bytes")
    return {
        "uploaded": [{name: getattr(paper, name) for name in shown} for paper in case.papers],
        "missing": to_builtins(needs),
    }


def _facts(facts: Facts) -> dict[str, Any]:
    return {
        "waitlist_position": facts.waitlist_position,
        "certificate": to_builtins(facts.certificate),
        "housing": to_builtins(facts.home),
        "payment": to_builtins(facts.payment),
        "referrals": _referrals(facts),
        "contact_by": facts.contact_by,
    }


def _referrals(facts: Facts) -> dict[str, Any] | None:
    if facts.referrals_total is None:
        return None
    states = list(facts.referrals.values())
    return {
        "total": facts.referrals_total,
        **{state: states.count(state) for state in REFERRAL_STATES},
        "services": [{"service_no": no, "state": state} for no, state in sorted(facts.referrals.items())],
    }


def _entry(entry: Entry, voice: Voice) -> dict[str, Any]:
    return {"at": entry.at, "code": entry.code, "sentence": voice.say(f"entry-{entry.code}", entry.args)}
