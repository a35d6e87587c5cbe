"""The last word on a drill: the conservation audit of what is left."""

from collections.abc import Sequence

from console.audit.conservation import audit as recompute
from console.audit.sources import sources_of
from console.layout import Stack


async def audit(stack: Stack) -> Sequence[str]:
    """A sentence for each thing that is lost, doubled, out of order or oversold."""
    return (await recompute(sources_of(stack))).wrong
