"""One hop on Apache Kafka three ways: raw, naive, the kernel as shipped. Events a second, and whose CPU."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.table import Table

from bench.cpu import cpu_seconds
from bench.folded import TABLE as FOLDED_TABLE
from bench.raw import TABLE as RAW_TABLE
from bench.section import Bound, Say, Section, cpu_words, median_cpu
from bench.workload import PARTITIONS, fill
from chassis.kafka import PRODUCER_BATCH_BYTES
from console.broker import create_topics
from console.kafka import ApacheKafka
from console.postgres import Postgres, ensure_database
from messaging.consumer import BATCH_RECORDS

KERNEL_TABLES = files("messaging") / "migrations/0001_kernel.sql"
TOPIC_IN = "intake.applications.v1"
TOPIC_OUT = "integration.referrals.v1"
COUNTED_FROM = 0.1  # start-up and warming are not measured: the first tenth of the events is let pass
STALLED_SECONDS = 60.0
ROUNDS = 3
SHARE_OF_RAW = 0.6
TIMES_NAIVE = 40.0


class StalledError(RuntimeError):
    """A pipeline came to nothing; the message has the end of its logs."""

    def __init__(self, pipeline: str, logs: Path) -> None:
        said = "\n".join(log.read_text()[-500:] for log in logs.glob(f"{pipeline}-*.log"))
        super().__init__(f"{pipeline} told nothing for {STALLED_SECONDS:.0f} s:\n{said}")


@dataclass(frozen=True)
class Pipeline:
    """A way to do the hop: its processes' command lines, and how many events it is given."""

    name: str
    events: int
    programs: Mapping[str, list[str]]  # role → module and words before the JSON argument
    prefixed: bool = False  # takes the topics' prefix, not their names
    settings: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Measured:
    """One run: events a second, and microseconds of CPU an event for each role."""

    rate: float
    cpu: dict[str, float] = field(default_factory=dict)


OUR_SIZES = {"poll_records": BATCH_RECORDS, "sent_bytes": PRODUCER_BATCH_BYTES}
KERNEL = Pipeline(
    "kernel", 100_000, {"service": ["bench.hop", "serve"], "relay": ["bench.hop", "relay"]}, prefixed=True
)
PIPELINES = (
    Pipeline("raw", 100_000, {"service": ["bench.raw"]}),
    Pipeline("raw, our sizes", 100_000, {"service": ["bench.raw"]}, settings=OUR_SIZES),
    Pipeline("naive", 3_000, {"service": ["bench.naive"]}),
    KERNEL,
)


async def section(folder: Path, say: Say) -> Section:
    """Each pipeline in turn, so that a busy minute of the machine hits all of them."""
    kafka = ApacheKafka(folder / "kafka")
    runs: dict[str, list[Measured]] = {pipeline.name: [] for pipeline in PIPELINES}
    try:
        kafka.start()
        for number in range(ROUNDS):
            for pipeline in PIPELINES:
                found = await _once(pipeline, kafka, folder)
                say(f"round {number + 1} of {ROUNDS}: {pipeline.name} {found.rate:,.0f} events/s")
                runs[pipeline.name].append(found)
    finally:
        kafka.remove()
    rates = {name: statistics.median(run.rate for run in those) for name, those in runs.items()}
    bounds = [
        Bound("kernel, share of the raw pipeline", rates["kernel"] / rates["raw"], SHARE_OF_RAW),
        Bound("kernel, times the naive service", rates["kernel"] / rates["naive"], TIMES_NAIVE),
    ]
    figures = {name: [asdict(run) for run in those] for name, those in runs.items()}
    return Section([_table(runs)], bounds, figures)


def _table(runs: Mapping[str, Sequence[Measured]]) -> Table:
    table = Table("pipeline", "events/s", "range", "CPU µs an event", title="one hop on Apache Kafka")
    for name, those in runs.items():
        rates = sorted(run.rate for run in those)
        spent = cpu_words(median_cpu([run.cpu for run in those]), unit="µs")
        table.add_row(name, f"{statistics.median(rates):,.0f}", f"{rates[0]:,.0f}–{rates[-1]:,.0f}", spent)
    return table


async def _once(pipeline: Pipeline, kafka: ApacheKafka, folder: Path) -> Measured:
    """On a new Postgres: nobody pays for pages that the one before left to be written."""
    postgres = Postgres(folder / "postgres")
    try:
        postgres.start()
        dsn = await prepared(postgres)
        return await measure(pipeline, kafka=kafka, postgres=postgres, dsn=dsn, logs=folder)
    finally:
        postgres.remove()


async def prepared(postgres: Postgres) -> str:
    """A new database with the tables of all three; each uses its own. Its address."""
    dsn = await ensure_database(postgres, f"bench_{uuid4().hex[:8]}")
    conn = await asyncpg.connect(dsn)
    for statement in (RAW_TABLE, FOLDED_TABLE, KERNEL_TABLES.read_text()):
        await conn.execute(statement)
    await conn.close()
    return dsn


async def measure(
    pipeline: Pipeline, *, kafka: ApacheKafka, postgres: Postgres, dsn: str, logs: Path
) -> Measured:
    """Fills a fresh topic, starts the pipeline's processes, and times what comes out."""
    prefix = f"bench-{uuid4().hex[:8]}."
    await create_topics(kafka.servers, [prefix + TOPIC_IN, prefix + TOPIC_OUT], partitions=PARTITIONS)
    await fill(kafka.servers, prefix + TOPIC_IN, pipeline.events)
    names = {"topic_in": prefix + TOPIC_IN, "topic_out": prefix + TOPIC_OUT}
    topics = {"prefix": prefix} if pipeline.prefixed else names
    argument = json.dumps({"dsn": dsn, "servers": kafka.servers, **topics, **pipeline.settings})
    with _running(pipeline, argument, logs) as processes:
        watched = {**processes, "broker": _broker(kafka), "postgres": _postmaster(postgres)}
        try:
            return await _timed(pipeline.events, kafka.servers, prefix + TOPIC_OUT, watched)
        except TimeoutError as error:
            raise StalledError(pipeline.name, logs) from error


async def _timed(events: int, servers: str, topic: str, watched: Mapping[str, psutil.Process]) -> Measured:
    consumer = AIOKafkaConsumer(bootstrap_servers=servers)
    await consumer.start()
    try:
        first = await _reaches(consumer, topic, int(events * COUNTED_FROM))
        began, before = time.perf_counter(), _cpu(watched)
        last = await _reaches(consumer, topic, events)
        seconds, after = time.perf_counter() - began, _cpu(watched)
    finally:
        await consumer.stop()
    count = last - first
    return Measured(count / seconds, {role: (after[role] - before[role]) / count * 1e6 for role in watched})


async def _reaches(consumer: AIOKafkaConsumer, topic: str, count: int) -> int:
    """How many events the topic has, once it has as many as `count`."""
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    async with asyncio.timeout(STALLED_SECONDS):
        while (found := sum((await consumer.end_offsets(partitions)).values())) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return int(found)


@contextmanager
def _running(pipeline: Pipeline, argument: str, logs: Path) -> Iterator[dict[str, psutil.Process]]:
    """The pipeline's processes, ended at the end whatever happens."""
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for role, words in pipeline.programs.items():
            command = [sys.executable, "-m", *words, argument]
            with (logs / f"{pipeline.name}-{role}.log").open("ab") as log:
                started[role] = subprocess.Popen(command, stdout=log, stderr=log)
        yield {role: psutil.Process(process.pid) for role, process in started.items()}
    finally:
        for process in started.values():
            process.kill()
            process.wait()


def _broker(kafka: ApacheKafka) -> psutil.Process:
    return psutil.Process(json.loads((kafka.folder / "broker.json").read_text())["pid"])


def _postmaster(postgres: Postgres) -> psutil.Process:
    return psutil.Process(int((postgres.cluster / "postmaster.pid").read_text().split()[0]))


def _cpu(watched: Mapping[str, psutil.Process]) -> dict[str, float]:
    return {role: cpu_seconds(process) for role, process in watched.items()}
