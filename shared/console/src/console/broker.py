"""What every broker of the stack offers, what its kinds share, and how topics are made on any of them."""

import asyncio
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from console import background


class Broker(Protocol):
    """A Kafka-protocol server on 127.0.0.1, found again by its folder from any command."""

    @property
    def folder(self) -> Path: ...

    @property
    def servers(self) -> str:
        """Bootstrap address, `127.0.0.1:port`; the same after a restart."""
        ...

    @property
    def idempotent(self) -> bool:
        """Whether producers may ask for idempotence."""
        ...

    @property
    def fetch_max_wait_ms(self) -> int:
        """How long a consumer should let a fetch wait here."""
        ...

    @property
    def session_ms(self) -> int:
        """How long a member of a group may be silent here."""
        ...

    def start(self) -> None:
        """Come up; does nothing when already up. Raises StartError."""

    def stop(self) -> None:
        """Go down in order."""

    def kill(self) -> None:
        """Die at once, as in a crash."""

    def running(self) -> bool:
        """Whether it is up."""
        ...

    def remove(self) -> None:
        """Stop and delete everything it holds."""


@dataclass(frozen=True)
class LocalBroker:
    """A broker that is a program in the background, found again by its folder."""

    folder: Path

    def stop(self) -> None:
        """Go down in order: clients are told."""
        background.end(self._record)

    def kill(self) -> None:
        """Die at once."""
        background.end(self._record, hard=True)

    def running(self) -> bool:
        """Whether it is up."""
        return background.running(self._record) is not None

    def remove(self) -> None:
        """Stop and delete everything it holds."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def servers(self) -> str:
        """Bootstrap address, the same after a restart."""
        return f"127.0.0.1:{int((self.folder / 'port').read_text())}"

    @property
    def log(self) -> Path:
        return self.folder / "broker.log"

    @property
    def _record(self) -> Path:
        return self.folder / "broker.json"


async def create_topics(servers: str, names: Iterable[str], *, partitions: int = 6) -> None:
    """Make the topics that do not exist yet; returns when the broker tells everybody about them.

    Raises aiokafka's KafkaError for trouble other than "exists already".
    """
    wanted = list(names)
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        topics = [NewTopic(name, num_partitions=partitions, replication_factor=1) for name in wanted]
        _check(await admin.create_topics(topics))
        while not all(map(_settled, await admin.describe_topics(wanted))):  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.02)
    finally:
        await admin.close()


def _check(answer: Any) -> None:
    for name, code, *_ in answer.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise error(f"topic {name} was not created")


def _settled(topic: dict[str, Any]) -> bool:
    return not any(part["error_code"] for part in [topic, *topic["partitions"]])
