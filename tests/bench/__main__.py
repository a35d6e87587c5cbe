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

from bench import latency, throughput
from bench.bounds import Bound, latency_bounds, percentile, throughput_bounds
from bench.throughput import PIPELINES, Measured, Pipeline
from console.kafka import ApacheKafka
from console.postgres import Postgres

ROUNDS = 3
VAR = Path(__file__).parents[2] / "var"
PAGE = Console()

Runs = Mapping[str, Sequence[Measured]]
Waits = Sequence[Sequence[float]]  # milliseconds from submission to certificate, sorted, of each round


async def main() -> int:
    VAR.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=VAR, prefix="bench-") as folder:
        runs = await _throughput(Path(folder))
    waits = [await _latency() for _ in range(ROUNDS)]
    rates = {name: statistics.median(run.rate for run in those) for name, those in runs.items()}
    bounds = [*throughput_bounds(rates), *latency_bounds(waits)]
    _show(runs, waits, bounds)
    _write(runs, waits, bounds)
    return 0 if all(bound.holds for bound in bounds) else 1


async def _throughput(folder: Path) -> Runs:
    """Each pipeline in turn, so that a busy minute of the machine hits all of them."""
    kafka = ApacheKafka(folder / "kafka")
    runs: dict[str, list[Measured]] = {pipeline.name: [] for pipeline in PIPELINES}
    try:
        kafka.start()
        for number in range(ROUNDS):
            for pipeline in PIPELINES:
                found = await _once(pipeline, kafka, folder)
                PAGE.print(f"round {number + 1} of {ROUNDS}: {pipeline.name} {found.rate:,.0f} events/s")
                runs[pipeline.name].append(found)
    finally:
        kafka.remove()
    return runs


async def _once(pipeline: Pipeline, kafka: ApacheKafka, folder: Path) -> Measured:
    """On a new Postgres: nobody pays for pages that the one before left to be written."""
    postgres = Postgres(folder / "postgres")
    try:
        postgres.start()
        return await throughput.measure(pipeline, kafka=kafka, postgres=postgres, logs=folder)
    finally:
        postgres.remove()


async def _latency() -> Sequence[float]:
    with tempfile.TemporaryDirectory(dir=VAR, prefix="bench-") as folder:
        waits = await latency.measure(Path(folder))
    PAGE.print(f"submission to certificate at {latency.RATE}/s: {_spread(waits)}")
    return waits


def _spread(waits: Sequence[float]) -> str:
    return f"p50 {percentile(waits, 50):.0f} ms, p99 {percentile(waits, 99):.0f} ms"


def _show(runs: Runs, waits: Waits, bounds: Sequence[Bound]) -> None:
    table = Table("pipeline", "events/s", "range", "CPU µs an event", title="one hop on Apache Kafka")
    for name, those in runs.items():
        rates = sorted(run.rate for run in those)
        cpu = ", ".join(
            f"{role} {statistics.median(r.cpu[role] for r in those):.0f}" for role in those[0].cpu
        )
        table.add_row(name, f"{statistics.median(rates):,.0f}", f"{rates[0]:,.0f}–{rates[-1]:,.0f}", cpu)
    PAGE.print(table)
    PAGE.print(
        f"submission to certificate at {latency.RATE}/s, registers instant, {len(waits[0])} applications:"
    )
    PAGE.print("; ".join(_spread(those) for those in waits))
    for bound in bounds:
        PAGE.print(
            f"{'✓' if bound.holds else '✗ MISSED'} {bound.says}: {bound.found:.2f}, asked {bound.asked:g}"
        )


def _write(runs: Runs, waits: Waits, bounds: Sequence[Bound]) -> None:
    result = {
        "machine": _machine(),
        "throughput": {name: [asdict(run) for run in those] for name, those in runs.items()},
        "submission_to_certificate_ms": [{str(n): percentile(w, n) for n in (50, 90, 99)} for w in waits],
        "bounds": [asdict(bound) for bound in bounds],
    }
    (VAR / "bench.json").write_text(json.dumps(result, indent=1) + "\n")
    PAGE.print("written to var/bench.json")


def _machine() -> dict[str, Any]:
    memory = psutil.virtual_memory().total // 2**30
    return {"cores": os.cpu_count(), "memory_gib": memory, "python": platform.python_version()}


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
