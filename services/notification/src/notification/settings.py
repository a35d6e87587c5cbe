"""What notification is told by its environment, beside what every service is told."""

from datetime import timedelta
from enum import StrEnum

from pydantic import AnyHttpUrl, Field, FilePath, SecretStr, field_validator

from chassis.regions import REGIONS
from chassis.settings import ServiceSettings
from chassis.words import Words
from chassis.workdays import national_calendar
from notification.channels.email import MailServer
from notification.channels.sms import SmsGateway
from notification.domain.telling import Office
from notification.domain.writing import Scribe


class MailTls(StrEnum):
    OFF = "off"
    STARTTLS = "starttls"
    TLS = "tls"


class NotificationSettings(ServiceSettings):
    """Mail server, SMS gateway, and what letters name."""

    smtp_host: str = Field("127.0.0.1", description="Mail server")
    smtp_port: int = Field(25, ge=1, le=65_535, description="Port of the mail server")
    smtp_tls: MailTls = Field(MailTls.OFF, description="Encryption of the way to the mail server")
    smtp_ca_file: FilePath | None = Field(
        None, description="Certificates trusted for the mail server; the system's own when not given"
    )
    smtp_username: str | None = Field(None, description="User at the mail server")
    smtp_password: SecretStr | None = Field(None, description="Password at the mail server")
    smtp_seconds: float = Field(20, gt=0, description="Time for handing one letter to the mail server")
    smtp_parallel: int = Field(8, ge=1, description="Letters handed over at the same time")
    mail_from: str = Field(
        "no-reply@qonys.kz", description="Sender of letters", pattern=r"^[!-?A-~]+@[a-z0-9.-]+$"
    )
    mail_from_name: str = Field("Qonys", description="Name of the sender of letters")

    sms_url: AnyHttpUrl = Field(description="Address of the SMS gateway that takes an SMS")
    sms_token: SecretStr | None = Field(None, description="Bearer token for the SMS gateway")
    sms_seconds: float = Field(10, gt=0, description="Time for handing one SMS to the gateway")
    sms_parallel: int = Field(8, ge=1, description="SMS handed over at the same time")
    receipts_url: AnyHttpUrl = Field(
        description="Address of this service's /v1/receipts as the gateway reaches it"
    )
    receipt_hours: int = Field(
        48, ge=1, description="Hours after which an SMS without a receipt counts as failed"
    )

    channel_attempts: int = Field(
        60, ge=1, description="Attempts to hand a message over; pauses grow up to half an hour"
    )
    contact_days: int = Field(
        1, ge=1, description="Working days that a career centre has to contact a family"
    )
    hotline: str = Field("1414", description="Number that letters name where the career centre has none")
    career_centre_phones: dict[str, str] = Field(
        {}, description="Career centres' numbers: JSON object, KATO of the region to number"
    )

    @field_validator("career_centre_phones")
    @classmethod
    def _regions_are_known(cls, phones: dict[str, str]) -> dict[str, str]:
        unknown = sorted(phones.keys() - REGIONS.keys())
        if unknown:
            raise ValueError(f"names regions that do not exist: {', '.join(unknown)}")
        return phones

    @property
    def mail_server(self) -> MailServer:
        return MailServer(
            host=self.smtp_host,
            port=self.smtp_port,
            tls=self.smtp_tls is MailTls.TLS,
            start_tls=self.smtp_tls is MailTls.STARTTLS,
            ca_file=self.smtp_ca_file,
            username=self.smtp_username,
            password=self.smtp_password.get_secret_value() if self.smtp_password else None,
            sender=self.mail_from,
            sender_name=self.mail_from_name,
            seconds=self.smtp_seconds,
        )

    @property
    def sms_gateway(self) -> SmsGateway:
        return SmsGateway(
            url=str(self.sms_url),
            token=self.sms_token.get_secret_value() if self.sms_token else None,
            callback=str(self.receipts_url),
            seconds=self.sms_seconds,
        )

    @property
    def receipt_within(self) -> timedelta:
        return timedelta(hours=self.receipt_hours)

    def office(self, words: Words) -> Office:
        return Office(
            scribe=Scribe(words=words, hotline=self.hotline, phones=self.career_centre_phones),
            zone=self.zone,
            calendar=national_calendar(),
            contact_days=self.contact_days,
        )
