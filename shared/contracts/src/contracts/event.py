"""How an event class is declared: its type, its topic, and the list of all of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar, cast, dataclass_transform

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as pydantic_dataclass

SCHEMA_BASE = "https://qonys.kz/schemas"
#: Who we are, as topics are named: `<service>.<subject>.v<n>`.
TELLERS = frozenset({"intake", "verification", "notification", "integration"})
_TYPE = re.compile(r"kz\.qonys\.(?P<subject>[a-z]+)\.(?P<past>[a-z_]+)\.v(?P<version>\d+)")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EventSpec:
    """Where an event is told and under which name."""

    type: str  # kz.qonys.<subject>.<past-tense>.v<n>
    topic: str  # <service>.<subject>.v<n>
    dataschema: str


#: CloudEvents type → event class; filled as the modules of `contracts` are imported.
EVENTS: dict[str, type] = {}
_SPECS: dict[type, EventSpec] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True)
def fact(cls: type[T]) -> type[T]:
    """A frozen value inside an event: a member, a reason. Checked when made, quick to read from the wire."""
    declare = pydantic_dataclass(frozen=True, kw_only=True, slots=True, config=ConfigDict(extra="ignore"))
    return cast("type[T]", declare(cls))


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(type_name: str, *, topic: str) -> Callable[[type[T]], type[T]]:
    """Declares an event class. `type_name` must follow `kz.qonys.<subject>.<past-tense>.v<n>` and be new."""
    if not _TYPE.fullmatch(type_name):
        raise ValueError(f"{type_name!r} is not of the form kz.qonys.<subject>.<past-tense>.v<n>")

    def declare(cls: type[T]) -> type[T]:
        if type_name in EVENTS:
            raise ValueError(f"{type_name} is declared twice")
        made = fact(cls)
        EVENTS[type_name] = made
        _SPECS[made] = EventSpec(type_name, topic, f"{SCHEMA_BASE}/{type_name}.json")
        return made

    return declare


def spec_of(cls: type) -> EventSpec:
    """The type and topic of an event class; `LookupError` for any other class."""
    try:
        return _SPECS[cls]
    except KeyError:
        raise LookupError(f"{cls.__name__} is no event of the contracts") from None


def is_event(cls: type) -> bool:
    return cls in _SPECS


@cache
def is_ours(topic: str) -> bool:
    """Whether our own services tell on this topic, and nobody else may. It takes the place of an event's
    `source`, which is only what its teller says of itself."""
    return topic.split(".")[0] in TELLERS


def topics() -> list[str]:
    """All topics that somebody tells on, sorted."""
    return sorted({spec.topic for spec in _SPECS.values()})
