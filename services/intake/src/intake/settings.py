"""What intake is told by its environment, beside what every service is told."""

from pathlib import Path

from pydantic import Field, field_validator

from chassis.regions import REGIONS
from chassis.settings import ServiceSettings

MIB = 1_048_576
HIGHEST_PAPER_LIMIT_BYTES = 64 * MIB  # a paper is held in memory while it is looked at


class IntakeSettings(ServiceSettings):
    """Papers and the rules of departure."""

    papers_folder: Path = Field(Path("var/papers"), description="Folder for uploaded papers")
    papers_url: str | None = Field(
        None, description="Object store for papers instead of the folder, such as s3://bucket/papers"
    )
    paper_limit_bytes: int = Field(
        10_485_760, ge=1, lt=HIGHEST_PAPER_LIMIT_BYTES, description="Largest paper, in bytes"
    )
    papers_room_bytes: int = Field(
        128 * MIB,
        ge=HIGHEST_PAPER_LIMIT_BYTES,
        description="Memory for papers that are being taken in, in bytes; what does not fit gets 429",
    )
    paper_seconds: float = Field(120, gt=0, description="Longest time for one paper to arrive")
    departure_regions: tuple[str, ...] = Field(
        (),
        description="Regions that resettlers may leave: JSON list of KATO codes; the usual list if empty",
    )

    @field_validator("departure_regions")
    @classmethod
    def _regions_exist(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        if not REGIONS.keys() >= set(codes):
            raise ValueError("must be KATO codes of regions, 9 digits each")
        return codes

    @property
    def departures(self) -> frozenset[str]:
        """KATO codes of the regions of departure. No current official list was found, hence a setting."""
        usual = (region.kato for region in REGIONS.values() if region.departure_default)
        return frozenset(self.departure_regions or usual)
