"""What every test may ask for: a real Postgres, a real broker, an empty database, topics of its own.

Servers are shared by the whole run (all xdist workers): the first test that needs one starts it, and the
process that began the run stops it. `QONYS_TEST_BROKER=apache` puts Apache Kafka in the embedded one's place.
"""

import fcntl
import gc
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
import pytest
from hypothesis import HealthCheck, settings

from console import background
from console.background import StartError
from console.broker import Broker, create_topics
from console.kafka import ApacheKafka, fetch_jars
from console.postgres import Postgres
from console.tansu import Tansu

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("qonys", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("qonys")

RUNS = Path(__file__).parents[1] / "var" / "tests"
RUN = "QONYS_TEST_RUN"  # the run's folder; workers inherit it from the process that began the run
BROKER = "apache" if os.environ.get("QONYS_TEST_BROKER") == "apache" else "embedded"
#: What the embedded broker has not: users and rights.
collect_ignore = [] if BROKER == "apache" else ["integration/test_chassis_guarded_kafka.py"]


def pytest_configure(config: pytest.Config) -> None:
    """Open a folder for the run and sweep away what killed runs have left."""
    if hasattr(config, "workerinput"):
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cancelled CI job cleans up too
    for left in RUNS.glob("*"):
        if int(left.name) == os.getpid() or not psutil.pid_exists(int(left.name)):
            _remove(left)
    folder = RUNS / str(os.getpid())
    folder.mkdir(parents=True)
    os.environ[RUN] = str(folder)
    if BROKER == "apache" and (missing := _missing()):
        pytest.exit("\n".join(["no test was run:", *missing]), returncode=1)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing running and nothing lying about, also after Ctrl-C."""
    if not hasattr(config, "workerinput"):
        _remove(Path(os.environ[RUN]))


def pytest_collection() -> None:
    """The collector rests while tests are loaded: a seventh of that time, in each worker."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From here on it looks for what tests leave, and no longer at what was loaded."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: whole stacks come up on one worker while the others do the rest."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Async tests and fixtures run on asyncio's own loop (anyio's plugin in auto mode)."""
    return "asyncio", {"use_uvloop": False}


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """The run's Postgres server."""
    server = _postgres(Path(os.environ[RUN]))
    with _alone("postgres"):
        server.start()
    return server


@pytest.fixture(scope="session")
def postgres_dsn(postgres: Postgres) -> str:
    """Superuser's address of the maintenance database, for tests that make their own."""
    return postgres.dsn()


@pytest.fixture
async def database(postgres_dsn: str, postgres: Postgres) -> AsyncIterator[str]:
    """Address of a fresh empty database, dropped after the test."""
    name = f"test_{uuid4().hex}"
    await _execute(postgres_dsn, f'CREATE DATABASE "{name}"')
    yield postgres.dsn(name)
    await _execute(postgres_dsn, f'DROP DATABASE "{name}" (FORCE)')


@pytest.fixture(scope="session")
def broker() -> Broker:
    """The run's broker: use topics and groups that begin with `topic_prefix`."""
    server = _broker(Path(os.environ[RUN]) / "broker")
    with _alone("broker"):
        server.start()
    return server


@pytest.fixture
def topic_prefix() -> str:
    """Begins the names of this test's own topics and consumer groups on the shared broker."""
    return f"t{uuid4().hex[:12]}."


@pytest.fixture
async def topic(broker: Broker, topic_prefix: str) -> str:
    """A fresh topic with six partitions on the shared broker."""
    name = f"{topic_prefix}topic"
    await create_topics(broker.servers, [name])
    return name


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker for this test alone, which may kill it or use the real topics' names."""
    server = _broker(Path(os.environ[RUN]) / f"own-broker-{uuid4().hex[:8]}")
    server.start()
    yield server
    server.remove()


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A Postgres server for this test alone, which may kill it; durable."""
    server = Postgres(Path(os.environ[RUN]) / f"own-postgres-{uuid4().hex[:8]}")
    server.start()
    yield server
    server.remove()


def _missing() -> list[str]:
    """What Apache Kafka lacks on this machine and how to install it: said once, not by every test."""
    java = "Apache Kafka needs Java 17 or newer (Debian: apt install default-jre-headless)"
    missing = [] if shutil.which("java") else [java]
    try:
        fetch_jars()
    except StartError as error:
        missing.append(str(error))
    return missing


def _postgres(run: Path) -> Postgres:
    return Postgres(run / "postgres", durable=False)


def _broker(folder: Path) -> Broker:
    return ApacheKafka(folder) if BROKER == "apache" else Tansu(folder)


def _remove(run: Path) -> None:
    for stack in [*run.glob("*/stack.json"), *run.glob("*/*/stack.json")]:
        _end_stack(stack.parent)
    for folder in [*run.glob("postgres"), *run.glob("own-postgres-*")]:
        Postgres(folder).remove()
    for folder in [*run.glob("broker"), *run.glob("own-broker-*")]:
        _broker(folder).remove()
    shutil.rmtree(run, ignore_errors=True)


def _end_stack(folder: Path) -> None:
    """One that a cut off test has left running: its supervisor would start its parts again for ever."""
    # Loaded only now: hardly ever is there one.
    from console.layout import known
    from console.supervise import stop_everything

    stack = known(folder)
    background.end(stack.supervisor)
    stop_everything(stack)


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """One worker starts the server, the others wait for it."""
    with (Path(os.environ[RUN]) / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
