"""Every reason this service gives: a stable code with its act, its words and what would mend it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from contracts.words import Reason, Words


def reason(code: str, *, mending: Words | None = None) -> Reason:
    """The reason of this code; `mending` fills the gap in its remedy. `KeyError` for an unknown code."""
    known = REASONS[code]
    if mending is None or known.remedy is None:
        return known
    filled = Words(
        kk=known.remedy.kk.format(kk=mending.kk),
        ru=known.remedy.ru.format(ru=mending.ru),
        en=known.remedy.en.format(en=mending.en),
    )
    return replace(known, remedy=filled)


def _read(name: str) -> Mapping[str, Any]:
    text = (files("verification") / "domain" / name).read_text(encoding="utf-8")
    known: Mapping[str, Any] = json.loads(text)
    return known


def _made(code: str, row: Mapping[str, Any]) -> Reason:
    act, remedy = ACTS[row["act"]], Words(**row["remedy"]) if row["remedy"] else None
    return Reason(code=code, act=act.en, says=Words(**row["says"]), remedy=remedy, act_words=act)


#: The acts that reasons rest on, by the names that `reasons.json` calls them: number and date, in words.
ACTS: Mapping[str, Words] = MappingProxyType({key: Words(**row) for key, row in _read("acts.json").items()})
REASONS: Mapping[str, Reason] = MappingProxyType(
    {code: _made(code, row) for code, row in _read("reasons.json").items()}
)
