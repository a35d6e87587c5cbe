"""What the audit reads of a stack; apart, so that a process that only shares in its work loads no stack."""

from console.audit.sources import Sources, UnreadableSourceError
from console.environment import package
from console.layout import SERVICES, Stack


def sources_of(stack: Stack) -> Sources:
    """Of a stack that this machine runs. Raises UnreadableSourceError when it does not."""
    try:
        dsns = {service: stack.dsn(package(service)) for service in SERVICES}
        return Sources(dsns=dsns, kafka=stack.kafka, ends_known=not stack.forgetful)
    except FileNotFoundError:
        raise UnreadableSourceError(
            f"the stack in {stack.folder} has never run", remedy="start it: qonys up"
        ) from None
