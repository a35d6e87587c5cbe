"""How a part of the outside world can be told to misbehave: for whom, how often, how long."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field


class RegistryBehaviour(StrEnum):
    NORMAL = "normal"
    SLOW = "slow"
    SILENT = "silent"
    FAULT = "fault"
    GARBAGE = "garbage"
    EMPTY = "empty"
    HUGE = "huge"
    ENTITIES = "entities"
    BAD_SIGNATURE = "bad-signature"
    UNAVAILABLE = "unavailable"


class MailBehaviour(StrEnum):
    NORMAL = "normal"
    REJECT = "reject"  # 550: this address never takes mail
    DEFER = "defer"  # 451: try again later
    TIMEOUT = "accept-then-timeout"  # keeps the letter, never says so


class SmsBehaviour(StrEnum):
    NORMAL = "normal"
    ERROR = "error"  # HTTP 500, nothing kept
    SLOW = "slow"
    TIMEOUT = "accept-then-timeout"  # keeps and delivers, never says so
    UNDELIVERED = "undelivered"  # takes the SMS, its receipt says failed


class ProviderBehaviour(StrEnum):
    NORMAL = "normal"
    DECLINE = "decline"
    SILENT = "silent"


B = TypeVar("B", bound=StrEnum)


class Order(BaseModel, Generic[B]):
    """An order to misbehave. `only` (also `iins`, `to`, `services`): empty means everybody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    behaviour: B
    seconds: Annotated[float, Field(ge=0, le=3600)] = 0
    only: Annotated[
        frozenset[str], Field(validation_alias=AliasChoices("only", "iins", "to", "services"))
    ] = frozenset()
    times: Annotated[int | None, Field(ge=1)] = None
    for_seconds: Annotated[float | None, Field(gt=0)] = None


@dataclass
class _Standing(Generic[B]):
    order: Order[B]
    until: float
    left: float = field(default=float("inf"))


class Faults(Generic[B]):
    """The order in force for one part; `normal` is what comes after an order is used up or over."""

    def __init__(self, normal: B, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._normal = Order[B](behaviour=normal)
        self._standing = _Standing(self._normal, float("inf"))

    def tell(self, order: Order[B]) -> None:
        """Replaces whatever was told before."""
        until = float("inf") if order.for_seconds is None else self._clock() + order.for_seconds
        self._standing = _Standing(order, until, order.times or float("inf"))

    def current(self) -> Order[B]:
        """The order in force, without using it up."""
        standing = self._standing
        over = standing.left <= 0 or self._clock() >= standing.until
        return self._normal if over else standing.order

    def take(self, who: str) -> Order[B]:
        """How to treat this request; counts it when the order is limited to a number of times."""
        order = self.current()
        if order is self._normal or (order.only and who not in order.only):
            return self._normal
        self._standing.left -= 1
        return order
