"""What an accident is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from console.drills.scene import Scene

#: Looks, once all has settled, at what must be so, and may do more harm.
Look = Callable[[], Awaitable[None]]


class NotHereError(Exception):
    """This machine does not let it happen; the sentence says what is missing."""


async def nothing(scene: Scene) -> None:
    """The crowd comes to a stack as it is."""
    del scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Accident:
    """`says` what happens, in words for a person. `before` is done before anybody comes; `happen`, once this
    `share` of the crowd has applied, while the others do."""

    says: str
    happen: Callable[[Scene], Awaitable[Look | None]]
    before: Callable[[Scene], Awaitable[None]] = nothing
    share: float = 0.1
