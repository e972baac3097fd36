"""Types of the settings of the hospital's sign-on (OpenID Connect); `.env.example` documents each setting."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from careplus_contracts.endpoints import Role
from careplus_runtime.process.urls import is_secure

STAFF = frozenset(Role) - {Role.PATIENT}


def _check_issuer(value: str) -> str:
    parts = urlsplit(value)
    if not is_secure(value) or parts.query or parts.fragment:
        raise ValueError("write it as https://id.example.org/realms/hospital; http only for this machine")
    return value


def role_map(value: str) -> dict[str, Role]:
    """Return the role of each value of the claim. Raise ValueError for a role that is not one of staff."""
    pairs = [pair.rpartition("=") for pair in value.split(",") if pair.strip()]
    found = {name.strip(): role.strip() for name, _, role in pairs}
    if wrong := [role for name, role in found.items() if not name or role not in STAFF]:
        raise ValueError(f"{wrong[0]!r} is not a role of staff; write careplus-doctors=doctor,careplus-admins=admin")
    return {name: Role(role) for name, role in found.items()}


def _check_role_map(value: str) -> str:
    role_map(value)
    return value


def _check_scopes(value: str) -> str:
    if "openid" not in value.split() or not re.fullmatch(r"[!-~]+( [!-~]+)*", value):
        raise ValueError("write scopes with spaces between them, openid among them")
    return value


OidcIssuer = Annotated[str, AfterValidator(_check_issuer)]
OidcRoles = Annotated[str, AfterValidator(_check_role_map)]
OidcScopes = Annotated[str, AfterValidator(_check_scopes)]
OidcLabel = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
OidcMaxAge = Annotated[int, Field(ge=1, le=60 * 24)]
"""Minutes since a person proved their identity to the provider."""
