"""Settings of what a service takes in before it refuses, and of how long it keeps what it no longer needs."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from messaging import Keep, seconds_to_hour
from messaging.pressure import LONGEST_SECONDS, MOST_WAITING


class KeepingSettings(BaseSettings):
    """Part of every service's settings."""

    requests_waiting_most: int = Field(
        MOST_WAITING, ge=1, description="Commands that may wait for their answer; further ones get 429"
    )
    requests_wait_seconds: float = Field(
        LONGEST_SECONDS, gt=0, description="Age of the oldest waiting command from which others get 429"
    )
    outbox_days: int = Field(
        400, ge=1, description="Days for which told events are kept, to be told again after a broker's loss"
    )
    topic_days: int = Field(7, ge=0, description="Days for which topics keep events, as they were set up")
    inbox_days: int = Field(
        430, ge=1, description="Days for which settled events are known; at least outbox and topics together"
    )
    requests_days: int = Field(30, ge=1, description="Days for which idempotency keys are known")
    sweep_hour: int = Field(
        3, ge=0, le=23, description="Hour, by QONYS_TIMEZONE, at which the relay drops what is older"
    )

    @field_validator("inbox_days")
    @classmethod
    def _knows_whatever_may_come_back(cls, days: int, info: ValidationInfo) -> int:
        least = info.data.get("outbox_days", 0) + info.data.get("topic_days", 0)
        if days < least:
            raise ValueError(f"must be at least {least}: what can still come back would be done twice")
        return days

    @property
    def keep(self) -> Keep:
        return Keep(
            outbox_days=self.outbox_days, inbox_days=self.inbox_days, requests_days=self.requests_days
        )

    def seconds_to_sweep(self, zone: ZoneInfo) -> float:
        """Until the clocks of this zone show the hour of sweeping."""
        return seconds_to_hour(datetime.now(zone), self.sweep_hour)
