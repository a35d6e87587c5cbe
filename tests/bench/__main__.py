"""`make bench`: how fast it is, beside what is possible and what is usual; its bounds must hold.

`PYTHONPATH=tests python -m bench [SECTION…]`; if none is named, all of them but `steady`: that takes
15 minutes (`STEADY_MINUTES`). What is compared is measured in turn, in one run on one machine. After each
section its table is printed and its figures are written to var/bench.json; the exit code is 1 when a bound
is missed.
"""

import asyncio
import json
import os
import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from bench import accepted, audit, curve, latency, steady, throughput, whole, year
from bench.section import Bound, Say, Section

SECTIONS: Mapping[str, Callable[[Path, Say], Awaitable[Section]]] = {
    "hop": throughput.section,
    "certificate": latency.section,
    "accepted": accepted.section,
    "whole": whole.section,
    "year": year.section,
    "curve": curve.section,
    "audit": audit.section,
    "steady": steady.section,
}
ONLY_WHEN_NAMED = {"steady"}
VAR = Path(__file__).parents[2] / "var"
RESULT = VAR / "bench.json"
PAGE = Console(highlight=False)


def main(names: list[str]) -> int:
    if {"-h", "--help"} & set(names):
        PAGE.print(__doc__, f"Sections: {', '.join(SECTIONS)}.", sep="\n", markup=False)
        return 0
    if unknown := sorted(set(names) - set(SECTIONS)):
        PAGE.print(f"no such section: {', '.join(unknown)}; there are: {', '.join(SECTIONS)}")
        return 2
    VAR.mkdir(exist_ok=True)
    wanted = names or [name for name in SECTIONS if name not in ONLY_WHEN_NAMED]
    bounds = [bound for name in wanted for bound in _done(name)]
    for bound in bounds:
        PAGE.print(str(bound), markup=False)
    return 0 if all(bound.holds for bound in bounds) else 1


def _done(name: str) -> Sequence[Bound]:
    section = asyncio.run(_measured(name))
    for table in section.tables:
        PAGE.print(table)
    _write(name, section)
    return section.bounds


async def _measured(name: str) -> Section:
    with tempfile.TemporaryDirectory(dir=VAR, prefix="bench-") as folder:
        return await SECTIONS[name](Path(folder), lambda words: PAGE.print(f"{name}: {words}", markup=False))


def _write(name: str, section: Section) -> None:
    """What was not measured now keeps its earlier figures."""
    known: dict[str, Any] = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    bounds = [asdict(bound) for bound in section.bounds]
    known[name] = {"machine": _machine(), "figures": section.figures, "bounds": bounds}
    RESULT.write_text(json.dumps(known, indent=1) + "\n")
    PAGE.print(f"{name}: written to var/bench.json")


def _machine() -> dict[str, Any]:
    memory = psutil.virtual_memory().total // 2**30
    return {"cores": os.cpu_count(), "memory_gib": memory, "python": platform.python_version()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
