"""What intake is told by its environment, beside what every service is told."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from chassis.regions import REGIONS
from chassis.settings import ServiceSettings

Kato = Annotated[str, StringConstraints(pattern=r"^\d{9}$")]


class IntakeSettings(ServiceSettings):
    """Papers and the rules of departure."""

    papers_folder: Path = Field(Path("var/papers"), description="Folder for uploaded papers")
    papers_url: str | None = Field(
        None, description="Object store for papers instead of the folder, such as s3://bucket/papers"
    )
    paper_limit_bytes: int = Field(10_485_760, ge=1, description="Largest paper, in bytes")
    departure_regions: tuple[Kato, ...] = Field(
        (),
        description="Regions that resettlers may leave: JSON list of KATO codes; the usual list if empty",
    )

    @property
    def departures(self) -> frozenset[str]:
        """KATO codes of the regions of departure. No current official list was found, hence a setting."""
        usual = (region.kato for region in REGIONS.values() if region.departure_default)
        return frozenset(self.departure_regions or usual)
