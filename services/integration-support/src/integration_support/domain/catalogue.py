"""The catalogue of services: data that an operator can replace without a release."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

import msgspec

from contracts.intake import ArrivalReported
from contracts.integration import NotApplicable
from contracts.words import Words
from integration_support.domain.needs import Need, why_not

Positive = Annotated[int, msgspec.Meta(ge=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service. `term_working_days` is None where no act was found that sets a term."""

    no: Positive
    group: str
    names: Words
    provider: str
    need: Need
    term_working_days: Positive | None = None
    register_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All services that a family is either sent to or told why not."""

    services: tuple[Service, ...]
    status: str = ""

    def __post_init__(self) -> None:
        twice = [no for no, times in Counter(service.no for service in self.services).items() if times > 1]
        if twice:
            raise ValueError(f"the catalogue has these numbers twice: {twice}")

    def for_family(self, family: ArrivalReported) -> tuple[list[Service], list[NotApplicable]]:
        """Every service of the catalogue is in exactly one of the two lists."""
        needed: list[Service] = []
        explained: list[NotApplicable] = []
        for service in self.services:
            because = why_not(service.need, family)
            if because is None:
                needed.append(service)
            else:
                explained.append(NotApplicable(service_no=service.no, because=because))
        return needed, explained


def read_catalogue(text: bytes) -> Catalogue:
    """The catalogue from JSON; `ValueError` names the place that does not fit."""
    return msgspec.json.decode(text, type=Catalogue)
