"""Platform: public facts about this hospital, and the health of its system."""

from typing import Any, Literal

from pydantic import Field

from careplus_contracts.endpoints import EVERYONE, Contract
from careplus_contracts.refusals import Malformed, Refusal
from careplus_contracts.values import Answer

api = Contract(service="gateway", tag="platform")
keys = Contract(service="auth", tag="platform")


class BookingRules(Answer):
    notice_minutes: int = Field(description="Minimum minutes from a booking to the start of the visit.")
    horizon_days: int = Field(description="Maximum days from a booking to the start of the visit.")
    change_notice_minutes: int = Field(description="Minimum minutes from a change or cancellation to the start of the visit.")


class Config(Answer):
    hospital: str
    zone: str = Field(description="IANA name of the clinic's time zone.", examples=["Europe/Berlin"])
    phone: str | None
    address: str | None = Field(description="The postal address in one line, for printed sheets.")
    emergency_phone: str = Field(description="The number to call in an emergency.", examples=["112"])
    privacy_contact: str | None = Field(description="How to reach the person that answers questions about personal data.")
    sign_on: str | None = Field(
        description="The name of the hospital's own sign-on for staff; null: there is none.", examples=["Clinic account"]
    )
    demo: bool = Field(description="Whether this is the demo hospital with invented people.")
    booking: BookingRules


class Health(Answer):
    status: Literal["ok"]


class Readiness(Answer):
    ready: bool
    parts: dict[str, bool] = Field(description="Whether each required part works.")


class Jwks(Answer):
    keys: list[dict[str, Any]] = Field(description="RFC 7517.")


class NotReady(Refusal):
    """A part of the system does not work.

    Wait; `parts` says which part does not work. An operator looks into its log.
    """

    status = 503
    retry_after = 2
    parts: dict[str, bool]


@api.get("/api/config", roles=EVERYONE, refuses=(Malformed,))
async def show_config() -> Config:
    """Read the hospital's name, address, clinic time zone, phone and booking rules."""


@api.get("/health", roles=EVERYONE)
async def show_health() -> Health:
    """Check that the gateway runs, without asking any service."""


@api.get("/ready", roles=EVERYONE, refuses=(NotReady,))
async def show_readiness() -> Readiness:
    """Check that every service is ready."""


@keys.get("/.well-known/jwks.json", roles=EVERYONE)
async def show_keys() -> Jwks:
    """Read the public keys for verifying access tokens."""
