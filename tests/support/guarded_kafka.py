"""Apache Kafka as in operations: TLS, a password for each user, and nobody may do what was not allowed."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from console.kafka import ApacheKafka, fetch_jars, java
from console.ports import remembered_port


@dataclass(frozen=True)
class GuardedKafka(ApacheKafka):
    """Beside the plain listener, where whoever administers it comes in, one under TLS for users.

    `pem` holds the server's private key and certificate; `passwords` are the users' (SCRAM-SHA-512).
    """

    pem: Path = Path("server.pem")
    passwords: Mapping[str, str] = field(default_factory=dict)

    @property
    def secure_servers(self) -> str:
        return f"localhost:{int((self.folder / 'secure-port').read_text())}"

    def allow(self, user: str, operation: str, *resource: str) -> None:
        """`allow("tiny", "Read", "--topic", "intake.applications.v1")`, which counts at once."""
        self._acls("--add", user, operation, resource)

    def forbid(self, user: str, operation: str, *resource: str) -> None:
        """Takes that away again."""
        self._acls("--remove", user, operation, resource, "--force")

    def _acls(self, verb: str, user: str, operation: str, resource: tuple[str, ...], *more: str) -> None:
        words = ["--allow-principal", f"User:{user}", "--operation", operation, *resource, *more]
        tool = ["org.apache.kafka.tools.AclCommand", "--bootstrap-server", self.servers, verb]
        subprocess.run([*java(fetch_jars()), *tool, *words], check=True, capture_output=True)

    def _settings(self, port: int, controller_port: int) -> dict[str, object]:
        settings = super()._settings(port, controller_port)
        secure = remembered_port(self.folder / "secure-port")
        return settings | {
            "listeners": f"{settings['listeners']},USERS://127.0.0.1:{secure}",
            "advertised.listeners": f"{settings['advertised.listeners']},USERS://localhost:{secure}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,USERS:SASL_SSL",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.name.users.ssl.keystore.type": "PEM",
            "listener.name.users.ssl.keystore.location": self.pem,
            "listener.name.users.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.users.scram-sha-512.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",  # whoever comes in by the plain listener
        }

    @property
    def _formatting(self) -> list[str]:
        users = [f"SCRAM-SHA-512=[name={user},password={word}]" for user, word in self.passwords.items()]
        return [word for user in users for word in ("--add-scram", user)]
