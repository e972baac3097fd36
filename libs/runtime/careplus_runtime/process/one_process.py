"""What gateway and services share where one process serves them all, as the workers of `careplus run --workers` do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from careplus_runtime.monitoring.catalogue import Reader
from careplus_runtime.process.logs import logged_service


@dataclass(frozen=True)
class SharedProcess:
    """The services of this process by name, their Database, and the readers of gauges of all."""

    apps: Mapping[str, ASGIApp]
    database: Any  # not typed: the gateway imports no table
    readers: list[Reader] = field(default_factory=list)


def shared_of(app: Starlette) -> SharedProcess | None:
    """Return what the application shares, None in a process of its own."""
    found: SharedProcess | None = getattr(app.state, "shared", None)
    return found


class LoggedAs:
    """ASGI app that runs a service and sets the service's name in its log lines."""

    def __init__(self, service: str, app: ASGIApp) -> None:
        self.service, self.app = service, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        before = logged_service.set(self.service)
        try:
            await self.app(scope, receive, send)
        finally:
            logged_service.reset(before)
