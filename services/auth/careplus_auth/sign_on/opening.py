"""Opens the identity provider of the settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from careplus_runtime.process.settings import Settings

if TYPE_CHECKING:
    from careplus_auth.sign_on.provider import IdentityProvider


@asynccontextmanager
async def identity_provider(settings: Settings) -> AsyncIterator["IdentityProvider | None"]:
    """Yield the provider with an HTTP client, or None where no issuer is set. Raise SettingsError."""
    if settings.oidc_issuer is None:
        yield None
        return
    from careplus_auth.sign_on.provider import IdentityProvider, http_client

    async with http_client() as http:
        yield IdentityProvider(settings, http)
