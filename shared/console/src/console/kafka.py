"""Apache Kafka 4 (KRaft, one node) run by the machine's Java from jars that Maven brings once."""

import base64
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from console import background
from console.background import StartError
from console.broker import LocalBroker
from console.ports import remembered_port

VERSION = "4.3.0"  # of pom.xml
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class ApacheKafka(LocalBroker):
    """One broker, found again by its folder; its log survives `stop`, `kill` and the next `start`."""

    idempotent: bool = True
    fetch_max_wait_ms: int = 500
    session_ms: int = 10_000

    def start(self) -> None:
        """Come up with what the folder holds; does nothing when already up. Raises StartError."""
        if self.running():
            return
        jars = fetch_jars()
        port = remembered_port(self.folder / "port")
        self._configure(port, remembered_port(self.folder / "controller-port"))
        if not self._data.exists():
            self._format(jars)
        command = [*java(jars), f"-Dlog4j2.configurationFile={_HERE / 'log4j2.xml'}"]
        background.launch(self._record, [*command, "kafka.Kafka", self._properties], log=self.log)
        background.wait_for_port(port, self._record, log=self.log, timeout_seconds=60)

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _data(self) -> Path:
        return self.folder / "log"

    def _settings(self, port: int, controller_port: int) -> dict[str, object]:
        """The server's properties: one listener, for everybody on this machine."""
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller_port}",
            "log.dirs": self._data,
            "auto.create.topics.enable": "false",  # a misspelt topic must fail, not come into being
            "broker.session.timeout.ms": 3_000,  # after a crash it waits this long for its old self
            "broker.heartbeat.interval.ms": 500,
            "group.initial.rebalance.delay.ms": 0,
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 4,
        }

    def _configure(self, port: int, controller_port: int) -> None:
        settings = self._settings(port, controller_port)
        self._properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))

    @property
    def _formatting(self) -> list[str]:
        """More words for the tool that formats the log: what is in the cluster from its beginning."""
        return []

    def _format(self, jars: Path) -> None:
        cluster = base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
        words = ["format", f"--cluster-id={cluster}", "-c", str(self._properties), "--standalone"]
        command = [*java(jars), "kafka.tools.StorageTool", *words, *self._formatting]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            shutil.rmtree(self._data, ignore_errors=True)
            raise StartError(f"Apache Kafka could not format {self._data}:\n{done.stdout}{done.stderr}")


def fetch_jars() -> Path:
    """The folder of Kafka's jars; the first call has Maven bring them (43 MB). Raises StartError."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qonys"
    jars = cache / f"kafka-{VERSION}"
    if jars.exists():
        return jars
    half = jars.with_suffix(f".{os.getpid()}")
    _need("mvn", "Maven, once: it brings the jars (Debian: apt install maven)")
    goal = ["mvn", "-q", "-B", "-f", str(_HERE / "pom.xml"), "dependency:copy-dependencies"]
    done = subprocess.run(
        [*goal, f"-DoutputDirectory={half}"], capture_output=True, text=True, check=False, cwd=_made(cache)
    )
    if done.returncode != 0:
        raise StartError(f"Maven could not bring Apache Kafka {VERSION}:\n{done.stdout}{done.stderr}")
    if not jars.exists():  # another process may have been quicker
        half.rename(jars)
    return jars


def java(jars: Path) -> list[str | Path]:
    """The words before a class of Kafka's. Raises StartError."""
    _need("java", "Java 17 or newer (Debian: apt install default-jre-headless)")
    # The quick compiler only: the thorough one would take a core for minutes from what is tested or measured.
    return ["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*"]


def _need(program: str, what: str) -> None:
    if shutil.which(program) is None:
        raise StartError(f"Apache Kafka needs {what}; or use the embedded broker, which needs neither")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
