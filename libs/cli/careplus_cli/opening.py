"""Opens a hospital: looks at the settings, has the database prepared, and starts the processes."""

import asyncio
import os
import signal
import socket
import time
from itertools import islice

import typer

from careplus_cli.preparing import FIRST_LINK, LOGINS, CannotOpen, check_demo_stays_here, is_new, prepare
from careplus_cli.supervisor import Supervisor
from careplus_runtime.process.health_monitor import becomes_ready, place_of
from careplus_runtime.process.services import SERVICES
from careplus_runtime.process.settings import Settings

PATIENCE_S = 60.0
LAST_PORT = 65535


def open_hospital(settings: Settings, *, demo: bool, started: float) -> None:
    """Run until a signal asks for the end. Raises CannotOpen. `started`: when the command began, by the monotonic clock."""
    if settings.secret_key is None:
        raise CannotOpen("SECRET_KEY is missing; put one of 32 or more random characters into .env, as `make run` does.")
    if demo:
        check_demo_stays_here(settings)
    if not _is_free(settings.host, settings.port):
        raise CannotOpen(f"Port {settings.port} on {settings.host} cannot be used; set CAREPLUS_PORT to another one.")
    asyncio.run(_Opening(settings, demo, started).run())


class _Opening:
    def __init__(self, settings: Settings, demo: bool, started: float) -> None:
        self.settings, self.demo, self.started = settings, demo, started
        self.gateway = place_of("gateway", settings.host, settings.port)
        ports = dict(zip(SERVICES, _free_ports(settings.port), strict=True))
        places = {service: place_of(service, "127.0.0.1", port) for service, port in ports.items()}
        self.supervisor = Supervisor({**places, "gateway": self.gateway}, _environment(ports, demo))
        self.link: str | None = None

    async def run(self) -> None:
        self.supervisor.listen_to(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        try:
            if await self._start() and await self._is_ready():
                self._announce()
            await self.supervisor.stop.wait()
        finally:
            await self.supervisor.end()

    async def _start(self) -> bool:
        """Whether nobody asked to stop meanwhile."""
        new = is_new(self.settings.database)
        if not new:
            # they load while we look at the database, and wait for its schema
            self.supervisor.start()
        prepared = await self.supervisor.until(asyncio.to_thread(self._prepare))
        if new and prepared:
            self.supervisor.start()
        return prepared

    def _prepare(self) -> None:
        self.link = prepare(self.settings, demo=self.demo)

    async def _is_ready(self) -> bool:
        try:
            return await self.supervisor.until(asyncio.wait_for(becomes_ready(self.gateway), PATIENCE_S))
        except TimeoutError:
            typer.echo(f"Not ready after {PATIENCE_S:.0f} s. Look at what the services say above; Ctrl-C ends.", err=True)
            return False

    def _announce(self) -> None:
        name = f"{self.settings.hospital} (demo)" if self.demo else self.settings.hospital
        typer.echo(f"\n{name} is open at {self.settings.public_url}")
        if self.demo:
            typer.echo(LOGINS)
        if self.link:
            typer.echo(FIRST_LINK.format(self.link))
        typer.echo(f"  Ready after {time.monotonic() - self.started:.1f} s; Ctrl-C ends.\n")


def _environment(ports: dict[str, int], demo: bool) -> dict[str, str]:
    """What the children need beside our own environment: where the services are."""
    urls = {f"CAREPLUS_{service.upper()}_URL": f"http://127.0.0.1:{port}" for service, port in ports.items()}
    as_demo = {"CAREPLUS_DEMO": "true"} if demo else {}
    return {**os.environ, **urls, **as_demo}


def _free_ports(above: int) -> list[int]:
    """One for each service."""
    free = (port for port in range(above + 1, LAST_PORT + 1) if _is_free("127.0.0.1", port))
    found = list(islice(free, len(SERVICES)))
    if len(found) < len(SERVICES):
        raise CannotOpen(f"There are no {len(SERVICES)} free ports above {above}; set CAREPLUS_PORT lower.")
    return found


def _is_free(host: str, port: int) -> bool:
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError:
        return False
    return True
