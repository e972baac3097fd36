"""Requests of one process to the services, at the next address where the first one cannot be reached."""

import ssl
from collections.abc import Mapping

import httpx
from starlette.types import ASGIApp

from careplus_contracts.registry import SERVICES
from careplus_runtime.process.settings import Settings


class ServiceTransport(httpx.AsyncBaseTransport):
    """Sends a request for the first address of a service to its other addresses in turn while the connection fails.

    It also repeats a GET that a process did not answer before it ended. It calls the `apps` of services in this process.
    """

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None, apps: Mapping[str, ASGIApp] | None = None) -> None:
        self._transport = httpx.AsyncHTTPTransport(verify=tls or True, trust_env=False)
        lists = ([httpx.URL(url) for url in settings.service_urls(service)] for service in SERVICES)
        self._addresses = {_origin(urls[0]): urls for urls in lists}
        self._apps = {
            _origin(httpx.URL(settings.service_url(service))): httpx.ASGITransport(app) for service, app in (apps or {}).items()
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response of the first address that answers. Raise httpx's errors of the last one."""
        if (own := self._apps.get(_origin(request.url))) is not None:
            return await own.handle_async_request(request)
        *others, last = self._addresses.get(_origin(request.url), [request.url])
        unanswered = httpx.TransportError if request.method == "GET" else (httpx.ConnectError, httpx.ConnectTimeout)
        for address in others:
            try:
                return await self._transport.handle_async_request(_at(request, address))
            except unanswered:
                continue
        return await self._transport.handle_async_request(_at(request, last))

    async def aclose(self) -> None:
        await self._transport.aclose()


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _at(request: httpx.Request, address: httpx.URL) -> httpx.Request:
    url = request.url.copy_with(scheme=address.scheme, host=address.host, port=address.port)
    headers = request.headers.copy()
    headers["Host"] = address.netloc.decode("ascii")
    return httpx.Request(request.method, url, headers=headers, stream=request.stream, extensions=request.extensions)
