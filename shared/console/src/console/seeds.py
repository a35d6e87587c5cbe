"""Which synthetic families `qonys load` sends: those that this stack has not had yet, until none are left.

A family that was sent before has its application, and its decision, already: sent again it is the same one.
"""

import fcntl
from pathlib import Path

#: Above those of the examples; `make_family` makes no two alike below 228,125.
FIRST_SEED, SEEDS = 1_000, 227_000
NAME = "next-family"


def seeds(folder: Path, families: int, *, first: int | None = None) -> range:
    """The next `families` (1 to SEEDS) seeds that no run on this stack has had, or those from the `first` on.

    None of them is given to a run that asks later or at the same time, until all are used up: then it
    begins anew.
    """
    with (folder / NAME).open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
        file.seek(0)
        unused = int(file.read() or 0)
        start = _start(unused, families, first)
        file.truncate(0)
        file.write(str(start + families if first is None else max(unused, start + families)))
    return range(FIRST_SEED + start, FIRST_SEED + start + families)


def _start(unused: int, families: int, first: int | None) -> int:
    last = SEEDS - families
    if first is not None:
        return min(first, last)
    return unused if unused <= last else 0
