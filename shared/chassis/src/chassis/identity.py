"""Which service a process is of."""

from dataclasses import dataclass

import contracts
from chassis.migrations import Migration, migrations_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What every process of a service knows of it: the one that serves and the one that relays."""

    name: str  # as in topics, groups, logs: "integration-support"
    package: str  # as imported: "integration_support"

    @property
    def migrations(self) -> list[Migration]:
        """The kernel's tables first, then the service's own."""
        return [*migrations_of("messaging"), *migrations_of(self.package)]

    @property
    def told_topics(self) -> list[str]:
        """The topics named after this service (`integration.plans.v1` is of integration-support)."""
        return [topic for topic in contracts.topics() if topic.split(".")[0] == self.name.split("-")[0]]
