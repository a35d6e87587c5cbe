"""`make bench`: how fast it is, beside what is possible and what is usual; its bounds must hold.

`PYTHONPATH=tests python -m bench [SECTION…]`; if none is named, all of them but `steady`: that takes
15 minutes (`STEADY_MINUTES`). What is compared is measured in turn, in one run on one machine. Tables are
printed, figures written to var/bench.json; the exit code is 1 when a bound is missed.
"""

import asyncio
import json
import os
import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from bench import accepted, audit, curve, latency, steady, throughput, whole, year
from bench.section import Say, Section

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
    if unknown := sorted(set(names) - set(SECTIONS)):
        PAGE.print(f"no such section: {', '.join(unknown)}; there are: {', '.join(SECTIONS)}")
        return 2
    VAR.mkdir(exist_ok=True)
    wanted = names or [name for name in SECTIONS if name not in ONLY_WHEN_NAMED]
    done = {name: asyncio.run(_measured(name)) for name in wanted}
    for section in done.values():
        for table in section.tables:
            PAGE.print(table)
    bounds = [bound for section in done.values() for bound in section.bounds]
    for bound in bounds:
        PAGE.print(str(bound), markup=False)
    _write(done)
    return 0 if all(bound.holds for bound in bounds) else 1


async def _measured(name: str) -> Section:
    with tempfile.TemporaryDirectory(dir=VAR, prefix="bench-") as folder:
        return await SECTIONS[name](Path(folder), lambda words: PAGE.print(f"{name}: {words}", markup=False))


def _write(done: Mapping[str, Section]) -> None:
    """What was not measured now keeps its earlier figures."""
    known: dict[str, Any] = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    for name, section in done.items():
        bounds = [asdict(bound) for bound in section.bounds]
        known[name] = {"machine": _machine(), "figures": section.figures, "bounds": bounds}
    RESULT.write_text(json.dumps(known, indent=1) + "\n")
    PAGE.print("written to var/bench.json")


def _machine() -> dict[str, Any]:
    memory = psutil.virtual_memory().total // 2**30
    return {"cores": os.cpu_count(), "memory_gib": memory, "python": platform.python_version()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
