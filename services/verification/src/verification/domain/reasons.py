"""Every reason this service gives: a stable code with its act, its words and what would mend it."""

import json
from collections.abc import Mapping
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
    return Reason(code=known.code, act=known.act, says=known.says, remedy=filled)


def _read() -> Mapping[str, Reason]:
    text = (files("verification") / "domain" / "reasons.json").read_text(encoding="utf-8")
    return MappingProxyType({code: _made(code, row) for code, row in json.loads(text).items()})


def _made(code: str, row: Mapping[str, Any]) -> Reason:
    remedy = Words(**row["remedy"]) if row["remedy"] else None
    return Reason(code=code, act=row["act"], says=Words(**row["says"]), remedy=remedy)


REASONS: Mapping[str, Reason] = _read()
