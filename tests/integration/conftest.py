"""What several integration tests ask for."""

from collections.abc import AsyncIterator

import pytest

from console.broker import Broker
from console.postgres import Postgres
from support.probe import Probe, probing, probing_apart, running


@pytest.fixture
async def probe(database: str, broker: Broker, topic_prefix: str) -> AsyncIterator[Probe]:
    """The kernel's smallest service on the run's Postgres and broker; nothing of it is started."""
    async with probing(database, broker, topic_prefix) as probe:
        yield probe


@pytest.fixture(scope="module")
async def serving(postgres: Postgres, broker: Broker) -> AsyncIterator[Probe]:
    """A probe with one running kernel, for tests that share it: each has families of its own. (A group's
    first member waits five seconds on the embedded broker.)"""
    async with probing_apart(postgres, broker) as probe, running(probe.make_kernel()):
        yield probe
