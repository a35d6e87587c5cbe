"""How a register's silence travels inside this package: an exception, turned into an answer at its edge."""

from verification.domain.answers import Cause, Evidence


class SilenceError(Exception):
    """The register gave no answer that counts; `evidence` is what it gave instead, when it was signed."""

    def __init__(self, cause: Cause, *, evidence: tuple[Evidence, ...] = ()) -> None:
        super().__init__(cause.value)
        self.cause = cause
        self.evidence = evidence
