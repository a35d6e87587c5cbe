"""The 20 regions of Kazakhstan by KATO code (НК РК 11); names in three languages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from contracts.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One region. `departure_default` is the usual list of regions people leave, not an official one."""

    kato: str  # 9 digits, the first two are the region
    iso: str  # ISO 3166-2
    names: Words
    departure_default: bool


def region_of(kato: str) -> Region | None:
    """The region that a place of any level lies in; None for an unknown code."""
    return REGIONS.get(f"{kato[:2]}0000000") if len(kato) == 9 and kato.isascii() and kato.isdigit() else None


def _region(row: Mapping[str, Any]) -> Region:
    return Region(
        kato=row["kato"],
        iso=row["iso"],
        names=Words(kk=row["kk"], ru=row["ru"], en=row["en"]),
        departure_default=row["departure_default"],
    )


def _read() -> Mapping[str, Region]:
    rows = json.loads((files("chassis") / "data" / "regions.json").read_text(encoding="utf-8"))["regions"]
    return MappingProxyType({row["kato"]: _region(row) for row in rows})


#: KATO code of a region → the region.
REGIONS: Mapping[str, Region] = _read()
