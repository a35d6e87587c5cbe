"""How much of the memory that this process may have it has taken (Linux; elsewhere nobody knows)."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

from chassis.remedies import TroubleError

MOST = 0.9  # of the limit
_SIZES = Path("/proc/self/statm")  # in pages: address space, then what is resident
_CONTROL_GROUPS = Path("/sys/fs/cgroup")


class MemoryShortError(TroubleError):
    reason = "no_memory"


def memory_is_left() -> None:
    """Raises `MemoryShortError` when more than `MOST` of a limit is taken: the container's, or ulimit's."""
    if not _SIZES.exists():
        return
    space, resident = (int(pages) * os.sysconf("SC_PAGESIZE") for pages in _SIZES.read_text().split()[:2])
    limits = [(resident, limit) for limit in _limits_of_group()]
    limits += [(space, limit) for limit in (resource.getrlimit(resource.RLIMIT_AS)[0],) if limit > 0]
    for taken, limit in limits:
        if taken > MOST * limit:
            raise MemoryShortError(f"more than {MOST:.0%} of {limit >> 20} MiB is taken")


def _limits_of_group() -> Iterator[int]:
    """Of version 2 or 1, where a container sees its own."""
    for file in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            yield int((_CONTROL_GROUPS / file).read_text())
        except (OSError, ValueError):  # not this version, or `max`
            continue
