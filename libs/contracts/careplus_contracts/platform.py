"""Platform: what everybody may know about this hospital, and whether its system is well."""

from typing import Any, Literal

from pydantic import Field

from careplus_contracts.endpoints import EVERYONE, Contract
from careplus_contracts.refusals import Refusal
from careplus_contracts.values import Answer

api = Contract(service="gateway", tag="platform")
keys = Contract(service="auth", tag="platform")


class BookingRules(Answer):
    notice_minutes: int = Field(description="A visit is booked at least so long before it starts.")
    horizon_days: int = Field(description="A visit is booked at most so many days ahead.")
    change_notice_minutes: int = Field(description="A visit is moved or cancelled at least so long before it starts.")


class Config(Answer):
    hospital: str
    zone: str = Field(description="IANA name of the clinic's time zone.", examples=["Europe/Berlin"])
    phone: str | None
    demo: bool = Field(description="Whether this is the demo hospital, whose people are invented.")
    booking: BookingRules


class Health(Answer):
    status: Literal["ok"]


class Readiness(Answer):
    ready: bool
    parts: dict[str, bool] = Field(description="Each part that must work, and whether it does.")


class Jwks(Answer):
    keys: list[dict[str, Any]] = Field(description="RFC 7517.")


class NotReady(Refusal):
    """A part of the system does not work."""

    status = 503
    retry_after = 2
    parts: dict[str, bool]


@api.get("/api/config", roles=EVERYONE)
async def show_config() -> Config:
    """The hospital's name, clinic time zone, phone and booking rules."""


@api.get("/health", roles=EVERYONE)
async def show_health() -> Health:
    """Whether the gateway is alive; asks nobody else."""


@api.get("/ready", roles=EVERYONE, refuses=(NotReady,))
async def show_readiness() -> Readiness:
    """Whether every service can do its work."""


@keys.get("/.well-known/jwks.json", roles=EVERYONE)
async def show_keys() -> Jwks:
    """The public keys that access tokens are signed with."""
