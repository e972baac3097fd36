"""Settings from the environment or `.env`; `.env.example` documents each."""

import re
from datetime import timedelta
from email.utils import formataddr, parseaddr
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from careplus_contracts.endpoints import Role
from careplus_runtime.process.backup_settings import (
    BackupAt,
    BackupEncryption,
    BackupPassphrase,
    BackupRecipients,
    KeepDays,
    KeepWeeks,
)
from careplus_runtime.process.schema_url import check_schema, in_schema
from careplus_runtime.process.secret_files import variable_of, with_secret_files
from careplus_runtime.process.sign_on_settings import OidcIssuer, OidcLabel, OidcMaxAge, OidcRoles, OidcScopes, role_map
from careplus_runtime.process.urls import is_loopback, is_secure

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


def _check_database_url(value: str) -> str:
    scheme = urlsplit(value).scheme.partition("+")[0]
    if scheme not in {"sqlite", "postgresql", "postgres"}:
        raise ValueError(
            f"{scheme or 'this'} is not a database that CarePlus runs on; write postgresql://user:password@host/careplus, or"
            " leave it out for the SQLite file in CAREPLUS_DATA"
        )
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


def _check_syslog(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "tls" or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("write it as tls://logs.example.org:6514")
    return value


def _check_sender(value: str) -> str:
    name, address = parseaddr(value)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or not (name + value).isprintable():
        raise ValueError("write it as CarePlus Hospital <no-reply@example.org>")
    return value


def _check_address(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", value) or not value.isprintable():
        raise ValueError("write an e-mail address such as privacy@example.org")
    return value


def _check_alert_url(value: str) -> str:
    if not is_secure(value):
        raise ValueError("write it as https://alerts.example.org/careplus; http only for this machine")
    return value


def _check_text_url(value: str) -> str:
    if not is_secure(value):
        raise ValueError("write it as https://texts.example.org/careplus; http only for this machine")
    return value


def _check_cors_origins(value: str | None) -> str | None:
    for origin in (value or "").split(",") if value else []:
        if not re.fullmatch(r"https?://[a-z0-9.-]+(:\d+)?", origin.strip()):
            raise ValueError("write each as https://portal.example.org, no * and no path")
    return value


def _check_key(value: str) -> str:
    if len(value) < 32:
        raise ValueError("needs 32 characters or more")
    return value


def _check_service_url(value: str, info: ValidationInfo) -> str:
    for url in _listed(value) or [""]:
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise ValueError("write each address as http://host:port, and a comma between two")
        if url.startswith("https:") and info.data.get("certificates") is None:
            raise ValueError("https needs CAREPLUS_CERTIFICATES")
    return value


def _check_roles(value: str) -> str:
    if unknown := [role for role in _listed(value) if role not in set(Role)]:
        raise ValueError(f"{unknown[0]!r} is not a role; write roles such as admin,doctor,lab")
    return value


def _listed(value: str) -> list[str]:
    return [one.strip() for one in value.split(",") if one.strip()]


Phone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()./-]{1,39}$")]
HSTS = "max-age=31536000"
Rate = Annotated[int, Field(ge=1, le=10**7)]
"""Requests per minute."""
IdleMinutes = Annotated[int, Field(ge=15, le=60 * 24 * 30)]
"""Minutes; longer than an access token is valid, because a session is renewed when its token has expired."""
Limit = Annotated[int, Field(ge=1, le=1000)]
ServiceUrl = Annotated[str, AfterValidator(_check_service_url)]


class Settings(BaseSettings):
    """All settings. Environment names are `CAREPLUS_<NAME>`, except for those with an alias."""

    model_config = SettingsConfigDict(env_prefix="CAREPLUS_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    secret_key: Annotated[str, AfterValidator(_check_secret)] | None = Field(
        default=None, validation_alias="SECRET_KEY", repr=False
    )
    database_url: Annotated[str, AfterValidator(_check_database_url)] | None = Field(
        default=None, validation_alias="DATABASE_URL", repr=False
    )
    db_connections: Annotated[int, Field(ge=2, le=100)] = 8
    db_pooler: Literal["none", "transaction"] = "none"
    hospital_schema: str | None = Field(default=None, validation_alias="CAREPLUS_SCHEMA")
    data: Path = Path("data")
    disk_floor_mib: Annotated[int, Field(ge=0, le=10**9)] = 256
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 5000
    origins: str | None = None
    passkey_domain: str | None = None
    cors_origins: Annotated[str | None, AfterValidator(_check_cors_origins)] = None
    proxies: str | None = None
    hsts_subdomains: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    forwarded_key: Annotated[str, AfterValidator(_check_key)] | None = Field(default=None, repr=False)
    certificates: Path | None = None
    mutual_tls: bool = False
    retired_secrets: Annotated[str, AfterValidator(_check_secret)] | None = Field(default=None, repr=False)
    rate_account: Rate = 6000
    rate_anonymous: Rate = 6000
    rate_auth: Rate = 600
    idle_minutes_patient: IdleMinutes = 60 * 24 * 7
    idle_minutes_doctor: IdleMinutes = 30
    idle_minutes_lab: IdleMinutes = 30
    idle_minutes_reception: IdleMinutes = 30
    idle_minutes_admin: IdleMinutes = 30

    hospital: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_check_one_line)] = "CarePlus Hospital"
    phone: str | None = None
    hospital_address: Annotated[str, Field(max_length=200), AfterValidator(_check_one_line)] | None = None
    privacy_contact: Annotated[str, Field(max_length=200), AfterValidator(_check_one_line)] | None = None
    emergency_phone: Phone = "112"
    crisis_phone: Phone = "116 123"
    zone: Annotated[str, AfterValidator(_check_zone)] = "Europe/Berlin"
    demo: bool = False

    notice_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 30)] = 60
    horizon_days: Annotated[int, Field(ge=1, le=730)] = 180
    change_notice_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 30)] = 0
    upcoming_per_doctor: Limit = 2
    upcoming_laboratory: Limit = 2
    upcoming_in_all: Limit = 8
    booked_per_day: Limit = 4
    unconfirmed_in_all: Limit = 2
    emergency_per_hour: Limit = 5
    care_months: Annotated[int, Field(ge=1, le=1200)] = 36
    retention_years: Annotated[int, Field(ge=0, le=100)] = 10
    second_factor_roles: Annotated[str, AfterValidator(_check_roles)] = ""
    second_administrator: bool = True
    privacy_officer: Annotated[str, AfterValidator(_check_address)] | None = None
    lab_hours: Annotated[str, AfterValidator(_check_hours)] = "06:00-22:00"
    lab_places: Annotated[int, Field(ge=1, le=1000)] = 4
    lab_uncollected_days: Annotated[int, Field(ge=1, le=730)] = 30
    lab_open_order_days: Annotated[int, Field(ge=1, le=730)] = 90
    lab_second_verification: Literal["never", "critical", "always"] = "never"
    lab_stat_minutes: Annotated[int, Field(ge=1, le=60 * 24)] = 60
    critical_escalation_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 30

    smtp_url: Annotated[str, AfterValidator(_check_smtp_url)] | None = Field(default=None, repr=False)
    sends_mail: bool = False
    mail_from: Annotated[str, AfterValidator(_check_sender)] | None = None

    text_url: Annotated[str, AfterValidator(_check_text_url)] | None = None
    text_key: Annotated[str, AfterValidator(_check_key)] | None = Field(default=None, repr=False)

    audit_anchors: Path | None = None
    audit_syslog: Annotated[str, AfterValidator(_check_syslog)] | None = None
    audit_mail: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None

    alert_url: Annotated[str, AfterValidator(_check_alert_url)] | None = Field(default=None, repr=False)
    alert_mail: Annotated[str, AfterValidator(_check_address)] | None = None

    oidc_issuer: OidcIssuer | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = Field(default=None, repr=False)
    oidc_label: OidcLabel = "Clinic account"
    oidc_scopes: OidcScopes = "openid email"
    oidc_roles_claim: str = "groups"
    oidc_roles: OidcRoles = ""
    oidc_second_factor_acr: str = ""
    oidc_max_age_minutes: OidcMaxAge | None = None

    backup_folder: Path | None = None
    backup_at: BackupAt | None = None
    backup_encryption: BackupEncryption | None = None
    backup_recipients: BackupRecipients | None = None
    backup_passphrase: BackupPassphrase | None = Field(default=None, repr=False)
    backup_keep_days: KeepDays = 7
    backup_keep_weeks: KeepWeeks = 4

    secret_key_file: Path | None = Field(default=None, validation_alias="SECRET_KEY_FILE")
    database_url_file: Path | None = Field(default=None, validation_alias="DATABASE_URL_FILE")
    forwarded_key_file: Path | None = None
    retired_secrets_file: Path | None = None
    smtp_url_file: Path | None = None
    alert_url_file: Path | None = None
    text_key_file: Path | None = None
    oidc_client_secret_file: Path | None = None
    backup_passphrase_file: Path | None = None
    metrics_token_file: Path | None = None

    auth_url: ServiceUrl = "http://127.0.0.1:5001"
    appointments_url: ServiceUrl = "http://127.0.0.1:5002"
    doctors_url: ServiceUrl = "http://127.0.0.1:5003"
    labs_url: ServiceUrl = "http://127.0.0.1:5004"
    replicas: Annotated[int, Field(ge=1, le=1000)] = 1
    gateways: Annotated[int, Field(ge=1, le=1000)] = 1
    metrics: str | None = None
    metrics_offset: Annotated[int, Field(ge=1, le=60_000)] = 4000
    metrics_token: Annotated[str, AfterValidator(_check_key)] | None = Field(default=None, repr=False)
    web: Path | None = None
    pin_cores: bool = True
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"

    @field_validator("hospital_schema")
    @classmethod
    def _check_schema(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None:
            check_schema(value, info.data.get("database_url"), has_pooler=info.data.get("db_pooler") == "transaction")
        return value

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        return with_secret_files(values)

    @field_validator("passkey_domain")
    @classmethod
    def _check_passkey_domain(cls, value: str | None, info: ValidationInfo) -> str | None:
        host = urlsplit((info.data.get("origins") or "http://localhost").split(",")[0].strip()).hostname or ""
        if value is not None and value != host and not (host.endswith(f".{value}") and "." in value):
            raise ValueError(f"write {host}, the host of the portals, or a domain above it")
        return value

    @model_validator(mode="after")
    def _check_text_key(self) -> "Settings":
        if self.text_url is not None and self.text_key is None:
            raise ValueError("CAREPLUS_TEXT_KEY: is missing; it signs the text messages to CAREPLUS_TEXT_URL")
        return self

    @cached_property
    def clinic_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def database(self) -> str:
        """The URL of the database: DATABASE_URL, with CAREPLUS_SCHEMA as the search path, or the SQLite file in CAREPLUS_DATA."""
        if self.database_url and self.hospital_schema and self.db_pooler == "none":
            return in_schema(self.database_url, self.hospital_schema)
        return self.database_url or f"sqlite:///{self.data.resolve() / 'careplus.db'}"

    @cached_property
    def anchor_file(self) -> Path:
        """The file to which auth appends the anchors of the audit chain: CAREPLUS_AUDIT_ANCHORS, or one in CAREPLUS_DATA."""
        return self.audit_anchors or self.data / "audit-anchors.jsonl"

    @cached_property
    def has_mail_server(self) -> bool:
        """Whether mails leave the hospital, so that addresses can be confirmed; a container without the server's URL is told."""
        return self.sends_mail or self.smtp_url is not None

    @cached_property
    def roles_with_second_factor(self) -> frozenset[Role]:
        """The roles that need a second factor."""
        return frozenset(Role(role) for role in _listed(self.second_factor_roles))

    @cached_property
    def sign_on(self) -> str | None:
        """The label of the sign-on for staff, None where no identity provider is set."""
        return self.oidc_label if self.oidc_issuer else None

    @cached_property
    def oidc_role_map(self) -> dict[str, Role]:
        """The role of CarePlus for each value of the identity provider's claim."""
        return role_map(self.oidc_roles)

    @cached_property
    def second_factor_acr(self) -> tuple[str, ...]:
        """The values of `acr` with which the identity provider says that it checked a second factor."""
        return tuple(_listed(self.oidc_second_factor_acr))

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
    def hsts(self) -> str | None:
        """The Strict-Transport-Security header, None while the public origin is not HTTPS, or localhost."""
        if is_loopback(urlsplit(self.public_url).hostname or ""):
            return None
        subdomains = "; includeSubDomains" if self.hsts_subdomains else ""
        return f"{HSTS}{subdomains}" if self.public_url.startswith("https://") else None

    @cached_property
    def allowed_origins(self) -> tuple[str, ...]:
        """Origins of the pages that may use the refresh cookie."""
        if self.origins:
            return tuple(origin.strip().rstrip("/") for origin in self.origins.split(","))
        scheme = "http" if self.tls_cert is None else "https"
        return (f"{scheme}://localhost:{self.port}", f"{scheme}://127.0.0.1:{self.port}")

    @cached_property
    def passkey_relying_party(self) -> str:
        """The domain that passkeys belong to: CAREPLUS_PASSKEY_DOMAIN, or the host of the portals."""
        return self.passkey_domain or urlsplit(self.public_url).hostname or "localhost"

    @cached_property
    def passkey_origins(self) -> tuple[str, ...]:
        """The origins of the portals on which passkeys are accepted: those of that domain."""
        hosts = ((origin, urlsplit(origin).hostname or "") for origin in self.allowed_origins)
        return tuple(origin for origin, host in hosts if is_same_or_below(host, self.passkey_relying_party))

    @cached_property
    def sender(self) -> str:
        """The From address of mails: CAREPLUS_MAIL_FROM, or no-reply at the host of the portals."""
        host = urlsplit(self.public_url).hostname or "localhost"
        return self.mail_from or formataddr((self.hospital, f"no-reply@{host}"))

    @cached_property
    def allowed_cors_origins(self) -> tuple[str, ...]:
        """Origins of other web pages that may call the API with a token, without cookies."""
        return tuple(origin.strip() for origin in (self.cors_origins or "").split(",") if origin.strip())

    def idle_limit(self, role: str) -> timedelta:
        """Return how long a session of a role may stay unused."""
        return timedelta(minutes=getattr(self, f"idle_minutes_{role}"))

    def service_url(self, service: str) -> str:
        """Return the first of `service_urls`."""
        return self.service_urls(service)[0]

    def service_urls(self, service: str) -> tuple[str, ...]:
        """Return the URLs at which other processes reach a service's replicas. CAREPLUS_CERTIFICATES makes them https."""
        urls = [url.rstrip("/") for url in _listed(getattr(self, f"{service}_url"))]
        return tuple(url if self.certificates is None else f"https:{url.partition(':')[2]}" for url in urls)

    def has_replicas(self, service: str) -> bool:
        """Return whether a service has several processes, by CAREPLUS_REPLICAS or by its addresses."""
        return self.replicas > 1 or len(self.service_urls(service)) > 1

    def has_url(self, process: str) -> bool:
        """Return whether a process is a service; the gateway has no URL of its own."""
        return f"{process}_url" in type(self).model_fields

    def listen_address(self, service: str) -> tuple[str, int]:
        """Return the host and port of a service's first URL; CAREPLUS_HOST and CAREPLUS_PORT for the gateway, which has none."""
        if not self.has_url(service):
            return self.host, self.port
        url = urlsplit(self.service_url(service))
        return url.hostname or "127.0.0.1", url.port or 80


def is_same_or_below(host: str, domain: str) -> bool:
    """Return whether a host is a domain, or below it."""
    return host == domain or host.endswith(f".{domain}")


def load_settings() -> Settings:
    """Read the settings. Raises SettingsError for the first wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        # the validator of secret files names the variable itself
        name = f"{variable_of(str(first['loc'][0]))}: " if first["loc"] else ""
        raise SettingsError(f"{name}{first['msg'].removeprefix('Value error, ')}") from None
