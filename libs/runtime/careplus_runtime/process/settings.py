"""Settings from the environment or `.env`; `.env.example` documents each."""

import re
from datetime import timedelta
from email.utils import formataddr, parseaddr
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

SAMPLE_SECRET = "change-me-change-me-change-me-change-me"
"""The value in `.env.example`; refused."""
DEMO_PHONE, DEMO_ADDRESS = "+49 30 23125 100", "Musterallee 1, 12345 Musterstadt"
"""A number from the range that the regulator reserves for films, which is never assigned, and an address in no town."""


class SettingsError(Exception):
    """A setting is missing or wrong; the message is one line with its name and the remedy."""


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/Berlin") from None
    return name


def _check_hours(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)", value) or value[:5] >= value[6:]:
        raise ValueError("write hours as 07:00-18:00")
    return value


def _check_secret(value: str) -> str:
    for secret in value.split(","):
        if len(secret.strip()) < 32:
            raise ValueError("each secret needs 32 characters or more")
        if secret.strip() == SAMPLE_SECRET:
            raise ValueError("is the example's; write your own")
    return value


def _check_smtp_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("write it as smtp://user:password@host:587, or smtps:// for TLS from the start")
    return value


def _check_one_line(value: str) -> str:
    if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", value):
        raise ValueError("write it in one line")
    return value


def _check_sender(value: str) -> str:
    name, address = parseaddr(value)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or not (name + value).isprintable():
        raise ValueError("write it as CarePlus Hospital <no-reply@example.org>")
    return value


def _check_cors_origins(value: str | None) -> str | None:
    for origin in (value or "").split(",") if value else []:
        if not re.fullmatch(r"https?://[a-z0-9.-]+(:\d+)?", origin.strip()):
            raise ValueError("write each as https://portal.example.org, no * and no path")
    return value


Phone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()./-]{1,39}$")]
Rate = Annotated[int, Field(ge=1, le=10**7)]
"""Requests per minute."""


class Settings(BaseSettings):
    """All settings. Environment names are `CAREPLUS_<NAME>`, except for the two with an alias."""

    model_config = SettingsConfigDict(env_prefix="CAREPLUS_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    secret_key: Annotated[str, AfterValidator(_check_secret)] | None = Field(
        default=None, validation_alias="SECRET_KEY", repr=False
    )
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL", repr=False)
    data: Path = Path("data")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 5000
    origins: str | None = None
    cors_origins: Annotated[str | None, AfterValidator(_check_cors_origins)] = None
    proxies: str | None = None
    rate_account: Rate = 6000
    rate_anonymous: Rate = 6000
    rate_auth: Rate = 600

    hospital: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_check_one_line)] = "CarePlus Hospital"
    phone: str | None = None
    hospital_address: Annotated[str, Field(max_length=200), AfterValidator(_check_one_line)] | None = None
    emergency_phone: Phone = "112"
    crisis_phone: Phone = "116 123"
    zone: Annotated[str, AfterValidator(_check_zone)] = "Europe/Berlin"
    demo: bool = False

    notice_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 30)] = 60
    horizon_days: Annotated[int, Field(ge=1, le=730)] = 180
    change_notice_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 30)] = 0
    upcoming_per_doctor: Annotated[int, Field(ge=1, le=1000)] = 5
    lab_hours: Annotated[str, AfterValidator(_check_hours)] = "06:00-22:00"
    lab_places: Annotated[int, Field(ge=1, le=1000)] = 4
    lab_uncollected_days: Annotated[int, Field(ge=1, le=730)] = 30
    lab_open_order_days: Annotated[int, Field(ge=1, le=730)] = 90
    lab_second_verification: Literal["never", "critical", "always"] = "never"
    lab_stat_minutes: Annotated[int, Field(ge=1, le=60 * 24)] = 60
    critical_escalation_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 30

    smtp_url: Annotated[str, AfterValidator(_check_smtp_url)] | None = Field(default=None, repr=False)
    mail_from: Annotated[str, AfterValidator(_check_sender)] | None = None

    auth_url: str = "http://127.0.0.1:5001"
    appointments_url: str = "http://127.0.0.1:5002"
    doctors_url: str = "http://127.0.0.1:5003"
    labs_url: str = "http://127.0.0.1:5004"
    web: Path | None = None
    pin_cores: bool = True
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"

    @cached_property
    def clinic_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def database(self) -> str:
        """The URL of the database: DATABASE_URL, or the SQLite file in CAREPLUS_DATA."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'careplus.db'}"

    @cached_property
    def critical_escalation(self) -> timedelta:
        """The time after which an open critical result belongs to more people."""
        return timedelta(minutes=self.critical_escalation_minutes)

    @cached_property
    def shown_phone(self) -> str | None:
        """The telephone number that the portals show; a demo hospital has a fictional one."""
        return self.phone or (DEMO_PHONE if self.demo else None)

    @cached_property
    def public_url(self) -> str:
        """The public origin of the portals; links in invitations begin with it."""
        return self.allowed_origins[0]

    @cached_property
    def allowed_origins(self) -> tuple[str, ...]:
        """Origins of the pages that may use the refresh cookie."""
        if self.origins:
            return tuple(origin.strip().rstrip("/") for origin in self.origins.split(","))
        return (f"http://localhost:{self.port}", f"http://127.0.0.1:{self.port}")

    @cached_property
    def sender(self) -> str:
        """The From address of mails: CAREPLUS_MAIL_FROM, or no-reply at the host of the portals."""
        host = urlsplit(self.public_url).hostname or "localhost"
        return self.mail_from or formataddr((self.hospital, f"no-reply@{host}"))

    @cached_property
    def allowed_cors_origins(self) -> tuple[str, ...]:
        """Origins of other web pages that may call the API with a token, without cookies."""
        return tuple(origin.strip() for origin in (self.cors_origins or "").split(",") if origin.strip())

    def service_url(self, service: str) -> str:
        """Return the URL at which the other processes reach a service."""
        return str(getattr(self, f"{service}_url"))

    def listen_address(self, service: str) -> tuple[str, int]:
        """Return the host and port of a service's own URL, or CAREPLUS_HOST and CAREPLUS_PORT for the gateway, which has none."""
        if f"{service}_url" not in type(self).model_fields:
            return self.host, self.port
        url = urlsplit(self.service_url(service))
        return url.hostname or "127.0.0.1", url.port or 80


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a host: `localhost` or a loopback address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings() -> Settings:
    """Read the settings. Raises SettingsError for the first wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        variable = name.upper() if name.upper() in {"SECRET_KEY", "DATABASE_URL"} else f"CAREPLUS_{name.upper()}"
        raise SettingsError(f"{variable}: {first['msg'].removeprefix('Value error, ')}") from None
