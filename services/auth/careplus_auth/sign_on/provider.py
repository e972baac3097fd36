"""The hospital's identity provider over HTTP: its metadata and keys, the address of a sign-on, and the exchange of a code.

authlib builds the requests and checks the ID token; its own HTTP client is not used, because answers are bounded here.
"""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import certifi
import httpx
from authlib.oauth2 import OAuth2Client
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from careplus_auth.sign_on.id_token import Expected, IdTokenClaims, InvalidIdToken, UnknownKey, usable_keys, verify
from careplus_auth.sign_on.pending import Pending
from careplus_contracts.sign_on import SignOnFailed, SignOnUnavailable
from careplus_runtime.process.logs import error_type, log
from careplus_runtime.process.settings import Settings, SettingsError
from careplus_runtime.process.urls import is_secure

BUDGET_S = 4.0
"""The longest time that one request of a browser waits for the provider."""
CACHED_S = 3600.0
REFETCH_KEYS_AFTER_S = 30.0
PAUSE_S = 2.0
"""Seconds after a failure in which requests are refused without asking the provider."""
MAX_BYTES = 256 * 1024
NO_ANSWER = "The sign-on does not answer. Sign in with e-mail and password, or try again in a minute."
NOT_COMPLETED = "The sign-on was not completed. Start it again."


class Metadata(BaseModel):
    """The members of the provider's metadata that are read (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    authorization_response_iss_parameter_supported: bool = False


class ProviderFault(Exception):
    """The provider's answer cannot be used; the message is the reason for the log."""


class IdentityProvider:
    """One provider, with its metadata and keys cached for an hour."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        """Raise SettingsError for a missing setting."""
        needed = ("oidc_client_id", "oidc_client_secret", "oidc_roles")
        if missing := [name for name in needed if not getattr(settings, name)]:
            raise SettingsError(f"CAREPLUS_{missing[0].upper()}: is missing; CAREPLUS_OIDC_ISSUER needs it")
        self.issuer = str(settings.oidc_issuer)
        self._settings = settings
        self._http = http
        self._client_id = str(settings.oidc_client_id)
        self._asking = asyncio.Lock()
        self._metadata: Metadata | None = None
        self._keys: KeySet | None = None
        self._fetched_at = self._keys_fetched_at = self._failed_at = float("-inf")

    async def address_of(self, pending: Pending) -> str:
        """Return the address at the provider that begins this sign-on. Raise SignOnUnavailable."""
        async with self._budget():
            metadata = await self._known_metadata()
        client = OAuth2Client(None, self._client_id, scope=self._settings.oidc_scopes, code_challenge_method="S256")
        asked: dict[str, Any] = {"redirect_uri": pending.redirect_uri, "nonce": pending.nonce, "max_age": self._max_age_s}
        if self._settings.second_factor_acr:
            asked["acr_values"] = " ".join(self._settings.second_factor_acr)
        address, _ = client.create_authorization_url(
            metadata.authorization_endpoint, pending.state, code_verifier=pending.code_verifier, **asked
        )
        return str(address)

    async def claims_for(self, pending: Pending, code: str, named_issuer: str | None) -> IdTokenClaims:
        """Exchange a code and return the verified claims. Raise SignOnUnavailable and SignOnFailed."""
        async with self._budget():
            metadata = await self._known_metadata()
            # RFC 9207: the answer may come from another provider than the one that was asked
            is_named = named_issuer is not None or metadata.authorization_response_iss_parameter_supported
            if is_named and named_issuer != self.issuer:
                raise _failed("other issuer")
            token = await self._exchange(metadata, pending, code)
            expected = Expected(self.issuer, self._client_id, pending.nonce, self._max_age_s)
            try:
                try:
                    return verify(token, await self._known_keys(metadata, CACHED_S), expected)
                except UnknownKey:
                    return verify(token, await self._known_keys(metadata, REFETCH_KEYS_AFTER_S), expected)
            except InvalidIdToken as error:
                raise _failed(str(error)) from None

    @property
    def _max_age_s(self) -> int | None:
        minutes = self._settings.oidc_max_age_minutes
        return None if minutes is None else minutes * 60

    @asynccontextmanager
    async def _budget(self) -> AsyncIterator[None]:
        """Raise SignOnUnavailable when the provider fails in the block, does not answer in BUDGET_S, or failed just before."""
        if time.monotonic() - self._failed_at < PAUSE_S:
            raise SignOnUnavailable(NO_ANSWER)
        try:
            async with asyncio.timeout(BUDGET_S):
                yield
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ProviderFault, ValueError) as error:
            if isinstance(error, httpx.HTTPError | TimeoutError):
                self._failed_at = time.monotonic()
            log.warning("identity_provider_failed", reason=str(error) if isinstance(error, ProviderFault) else error_type(error))
            raise SignOnUnavailable(NO_ANSWER) from None

    async def _known_metadata(self) -> Metadata:
        async with self._asking:
            if self._metadata is None or time.monotonic() - self._fetched_at >= CACHED_S:
                address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
                self._metadata, self._fetched_at = self._checked(await self._get(address)), time.monotonic()
            return self._metadata

    def _checked(self, content: Any) -> Metadata:
        try:
            metadata = Metadata.model_validate(content)
        except ValidationError:
            raise ProviderFault("metadata without a member") from None
        if metadata.issuer != self.issuer:
            raise ProviderFault("metadata of another issuer")
        if not all(map(is_secure, (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri))):
            raise ProviderFault("an endpoint without https")
        return metadata

    async def _known_keys(self, metadata: Metadata, oldest_s: float) -> KeySet:
        """Return the provider's keys, fetched again when they are older than `oldest_s`."""
        async with self._asking:
            if self._keys is None or time.monotonic() - self._keys_fetched_at >= oldest_s:
                self._keys, self._keys_fetched_at = usable_keys(await self._get(metadata.jwks_uri)), time.monotonic()
            return self._keys

    async def _exchange(self, metadata: Metadata, pending: Pending, code: str) -> str:
        """Return the ID token for a code. Raise SignOnFailed where the provider refuses the code."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": pending.redirect_uri,
            "code_verifier": pending.code_verifier,
        }
        # RFC 6749, 2.3.1: both parts are encoded before they are joined
        basic = httpx.BasicAuth(quote(self._client_id, safe=""), quote(str(self._settings.oidc_client_secret), safe=""))
        status, content = await self._request("POST", metadata.token_endpoint, data=sent, auth=basic)
        if status in {400, 401}:
            # `invalid_client` is a wrong setting, any other code the fault of this sign-on
            error = content.get("error") if isinstance(content, dict) else None
            if error == "invalid_client":
                raise ProviderFault("the provider refuses client id or secret")
            raise _failed("code refused")
        if status != 200 or not isinstance(content, dict) or not isinstance(content.get("id_token"), str):
            raise ProviderFault(f"token endpoint answered {status} without an ID token")
        return str(content["id_token"])

    async def _get(self, address: str) -> Any:
        status, content = await self._request("GET", address)
        if status != 200:
            raise ProviderFault(f"status {status}")
        return content

    async def _request(self, method: str, address: str, **sent: Any) -> tuple[int, Any]:
        """Return status and JSON of an answer of at most MAX_BYTES."""
        # uncompressed, so that MAX_BYTES bounds the memory too
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        async with self._http.stream(method, address, headers=headers, **sent) as answer:
            content = bytearray()
            async for chunk in answer.aiter_raw():
                content += chunk
                if len(content) > MAX_BYTES:
                    raise ProviderFault("an answer that is too long")
        try:
            return answer.status_code, json.loads(content)
        except (ValueError, RecursionError):
            return answer.status_code, None


def http_client() -> httpx.AsyncClient:
    """Return the client for requests to the provider. It follows no redirect, and uses no proxy of the environment."""
    # the authorities of certifi, and those of the system or of SSL_CERT_FILE
    trusted = ssl.create_default_context(cafile=certifi.where())
    trusted.load_default_certs()
    return httpx.AsyncClient(
        trust_env=False, verify=trusted, timeout=BUDGET_S, limits=httpx.Limits(max_connections=20, max_keepalive_connections=4)
    )


def _failed(reason: str) -> SignOnFailed:
    log.warning("sign_on_failed", reason=reason)
    return SignOnFailed(NOT_COMPLETED)
