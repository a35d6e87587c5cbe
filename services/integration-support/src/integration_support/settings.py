"""What integration-support is told by its environment, beside what every service is told."""

from datetime import time
from importlib.resources import files
from pathlib import Path

from pydantic import Field, FilePath, field_validator

from chassis.settings import ServiceSettings
from chassis.workdays import national_calendar
from integration_support.domain.catalogue import Catalogue, read_catalogue
from integration_support.domain.terms import Terms

CATALOGUE = Path(str(files("integration_support") / "data" / "services-25.json"))


class IntegrationSettings(ServiceSettings):
    """The catalogue and its terms."""

    catalogue_file: FilePath | None = Field(
        None, description="Catalogue of services as JSON; the one in the package when not given"
    )
    default_term_days: int = Field(
        10, ge=1, le=250, description="Working days for a service whose term the catalogue does not name"
    )
    overdue_repeat_days: int = Field(
        3, ge=1, le=250, description="Working days between two escalations of an overdue referral"
    )
    working_day_begins: time = Field(
        time(9), description="Time of day at which overdue referrals are looked at (HH:MM)"
    )

    @field_validator("catalogue_file")
    @classmethod
    def _is_a_catalogue(cls, file: Path | None) -> Path | None:
        if file is not None:
            read_catalogue(file.read_bytes())
        return file

    @property
    def catalogue(self) -> Catalogue:
        return read_catalogue((self.catalogue_file or CATALOGUE).read_bytes())

    @property
    def terms(self) -> Terms:
        return Terms(
            zone=self.zone,
            calendar=national_calendar(),
            default_days=self.default_term_days,
            repeat_days=self.overdue_repeat_days,
            day_begins=self.working_day_begins,
        )
