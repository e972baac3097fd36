"""A hospital as a program uses it: sign-in, renewed tokens, idempotency keys, retries, and lists to their end."""

import inspect
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

import httpx

from careplus_client.renewal import Renewal
from careplus_client.retries import RetryTransport
from careplus_contracts import accounts
from careplus_contracts.accounts import Account, Login
from careplus_contracts.client import Client
from careplus_contracts.endpoints import Endpoint
from careplus_contracts.values import Page

P = ParamSpec("P")
T = TypeVar("T")
PageT = TypeVar("PageT", bound=Page[Any])


@dataclass(frozen=True)
class CarePlus(Client):
    """One account at one hospital: `async with CarePlus.at("https://care.example.org") as careplus`.

    Every POST and PUT that may be repeated has a random Idempotency-Key, unless `with_options` gives one.
    """

    @classmethod
    def at(
        cls, address: str, *, patience_s: float = 30, timeout_s: float = 20, transport: httpx.AsyncBaseTransport | None = None
    ) -> Self:
        """Return a client of the hospital at this address.

        `patience_s` is the longest time that one call waits between its attempts; 0: it is sent once.
        """
        retrying = RetryTransport(transport or httpx.AsyncHTTPTransport(), patience_s)
        http = httpx.AsyncClient(base_url=address, timeout=timeout_s, transport=retrying)
        http.auth = Renewal(http)
        return cls(http)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        await self.http.aclose()

    async def sign_in(self, email: str, password: str, otp: str | None = None) -> Account:
        """Sign in; from then on the access token is sent, and renewed before it expires."""
        body = Login.model_validate({"email": email, "password": password, **({"otp": otp} if otp else {})})
        tokens = await self.call(accounts.login, body)
        self._renewal.keep(tokens)
        return tokens.account

    async def sign_out(self) -> None:
        """End the session at the hospital, and forget its tokens."""
        await self._renewal.own_page().call(accounts.logout)
        self._renewal.keep(None)

    async def pages(self, endpoint: Endpoint[P, PageT], *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[PageT]:
        """Yield the pages of a list, from the cursor of its filter to the end."""
        assert endpoint.filter is not None, f"{endpoint.name} is no list"
        arguments = inspect.signature(endpoint.stub).bind(*args, **kwargs).arguments
        while True:
            page = await self.call(endpoint, **arguments)  # type: ignore[call-arg] # the arguments of the same call
            yield page
            if page.next_cursor is None:
                return
            wanted = arguments[endpoint.filter.name]
            arguments[endpoint.filter.name] = wanted.model_copy(update={"cursor": page.next_cursor})

    async def items(self, endpoint: Endpoint[P, Page[T]], *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        """Yield the items of all pages of a list."""
        async for page in self.pages(endpoint, *args, **kwargs):
            for item in page.items:
                yield item

    def request(self, endpoint: Endpoint[P, T], *args: P.args, **kwargs: P.kwargs) -> httpx.Request:
        request = super().request(endpoint, *args, **kwargs)
        if endpoint.idempotent:
            request.headers.setdefault("Idempotency-Key", uuid.uuid4().hex)
        return request

    @property
    def _renewal(self) -> Renewal:
        assert isinstance(self.http.auth, Renewal)
        return self.http.auth
