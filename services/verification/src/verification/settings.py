"""What verification is told by its environment, beside what every service is told."""

from importlib.resources import files
from pathlib import Path

from pydantic import AnyHttpUrl, Field, FilePath, field_validator

from chassis.settings import ServiceSettings
from verification.domain.rules import RuleBook, read_rules

RULES = Path(str(files("verification") / "data" / "rules.json"))


class VerificationSettings(ServiceSettings):
    """The rules, the gateway to the registers, patience with them, and the key that signs certificates."""

    rules_file: FilePath | None = Field(
        None, description="Dated rule sets as JSON (docs/rules.md); those in the package when not given"
    )
    certificate_key_file: FilePath = Field(
        description="Private key that signs certificates: PEM, elliptic curve P-256"
    )
    gateway_url: AnyHttpUrl = Field(description="Synchronous channel of the e-government gateway")
    gateway_sender: str = Field("qonys", description="Our name at the gateway (senderId)", min_length=1)
    gateway_key_file: FilePath = Field(description="Private key that signs our requests: PEM, RSA")
    gateway_client_certificate_file: FilePath = Field(description="Certificate of that key: PEM")
    gateway_certificate_file: FilePath | None = Field(
        None, description="Certificate that replies are signed with (PEM); unchecked when not given"
    )
    gateway_timeout_seconds: float = Field(
        5, gt=0, le=60, description="Longest wait for one reply; after it the register counts as silent"
    )
    gateway_parallel: int = Field(16, ge=1, le=256, description="Questions to one register at the same time")
    silence_first_seconds: float = Field(
        60, gt=0, description="When a silent register is asked again; doubles with each silence"
    )
    silence_longest_seconds: float = Field(
        21_600, gt=0, description="Longest pause before a silent register is asked again"
    )

    @field_validator("rules_file")
    @classmethod
    def _are_rules(cls, file: Path | None) -> Path | None:
        if file is not None:
            read_rules(file.read_bytes())
        return file

    @property
    def rules(self) -> RuleBook:
        return read_rules((self.rules_file or RULES).read_bytes())
