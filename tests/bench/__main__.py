"""`make bench`: how fast the kernel is, beside what is possible and what is usual; its bounds must hold.

Everything is measured in one run on one machine, in turn, three times; the medians count. The result is
printed and written to var/bench.json; the exit code is 1 when a bound is missed.
"""

import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.bounds import Bound, throughput_bounds
from bench.throughput import PIPELINES, Measured, measure
from console.kafka import ApacheKafka
from console.postgres import Postgres

ROUNDS = 3
VAR = Path(__file__).parents[2] / "var"
PAGE = Console()

Runs = Mapping[str, Sequence[Measured]]


async def main() -> int:
    VAR.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=VAR, prefix="bench-") as folder:
        runs = await _throughput(Path(folder))
    bounds = throughput_bounds(
        {name: statistics.median(r.rate for r in those) for name, those in runs.items()}
    )
    _show(runs, bounds)
    result = {
        "machine": _machine(),
        "throughput": _plain(runs),
        "bounds": [asdict(bound) for bound in bounds],
    }
    (VAR / "bench.json").write_text(json.dumps(result, indent=1))
    PAGE.print("written to var/bench.json")
    return 0 if all(bound.holds for bound in bounds) else 1


async def _throughput(folder: Path) -> Runs:
    """Each pipeline in turn, so that a busy minute of the machine hits all of them."""
    kafka, postgres = ApacheKafka(folder / "kafka"), Postgres(folder / "postgres")
    runs: dict[str, list[Measured]] = {pipeline.name: [] for pipeline in PIPELINES}
    try:
        kafka.start()
        postgres.start()
        for number in range(ROUNDS):
            for pipeline in PIPELINES:
                found = await measure(pipeline, kafka=kafka, postgres=postgres, logs=folder)
                PAGE.print(f"round {number + 1} of {ROUNDS}: {pipeline.name} {found.rate:,.0f} events/s")
                runs[pipeline.name].append(found)
    finally:
        kafka.remove()
        postgres.remove()
    return runs


def _show(runs: Runs, bounds: Sequence[Bound]) -> None:
    table = Table("pipeline", "events/s", "range", "CPU µs an event", title="one hop on Apache Kafka")
    for name, those in runs.items():
        rates = sorted(run.rate for run in those)
        cpu = ", ".join(
            f"{role} {statistics.median(r.cpu[role] for r in those):.0f}" for role in those[0].cpu
        )
        table.add_row(name, f"{statistics.median(rates):,.0f}", f"{rates[0]:,.0f}–{rates[-1]:,.0f}", cpu)
    PAGE.print(table)
    for bound in bounds:
        PAGE.print(
            f"{'✓' if bound.holds else '✗ MISSED'} {bound.says}: {bound.found:.2f}, asked {bound.asked:g}"
        )


def _plain(runs: Runs) -> dict[str, list[dict[str, Any]]]:
    return {name: [asdict(run) for run in those] for name, those in runs.items()}


def _machine() -> dict[str, Any]:
    memory = psutil.virtual_memory().total // 2**30
    return {"cores": os.cpu_count(), "memory_gib": memory, "python": platform.python_version()}


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
