"""Opens a hospital: looks at the settings and the database, prepares them, and starts the processes."""

import asyncio
import os
import signal
import socket
import time
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import typer

from careplus_cli.services import SERVICES
from careplus_cli.supervisor import Supervisor, becomes_ready
from careplus_runtime.settings import Settings

PATIENCE_S = 60.0
LAST_PORT = 65535
LOGINS = """\
  patients        pat@demo.example    sam@demo.example
  doctors         osei@demo.example   lind@demo.example
  laboratory      lab@demo.example
  administrator   admin@demo.example
  password        demo-hospital-1"""


class CannotOpen(Exception):
    """The hospital does not start; the message is one line that says why and what to do."""


DEMO_PHONE = "+49 30 23125 100"
"""Of the numbers that are given to nobody and meant for films."""


def open_hospital(settings: Settings, *, demo: bool, started: float) -> None:
    """Run until a signal asks for the end. Raises CannotOpen. `started`: when the command began, by the monotonic clock."""
    if settings.secret_key is None:
        raise CannotOpen("SECRET_KEY is missing; put one of 32 or more random characters into .env, as `make run` does.")
    if demo and not _is_loopback(settings.host):
        raise CannotOpen(f"Everybody knows a demo's passwords, so it opens on 127.0.0.1 only, not on {settings.host}.")
    if not _is_free(settings.host, settings.port):
        raise CannotOpen(f"Port {settings.port} on {settings.host} cannot be used; set CAREPLUS_PORT to another one.")
    asyncio.run(_Opening(settings, demo, started).run())


class _Opening:
    def __init__(self, settings: Settings, demo: bool, started: float) -> None:
        self.settings, self.demo, self.started = settings, demo, started
        self.supervisor = Supervisor((*SERVICES, "gateway"), _environment(settings, demo))
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
        is_new = _is_new(self.settings.database)
        if not is_new:
            # they load while we look at the database, and wait for its schema
            self.supervisor.start()
        prepared = await self.supervisor.until(asyncio.to_thread(self._prepare))
        if is_new and prepared:
            self.supervisor.start()
        return prepared

    def _prepare(self) -> None:
        from careplus_cli import database

        url = self.settings.database
        try:
            if _is_new(url):
                typer.echo("Making the database")
            database.migrate(url)
            found = database.contents(url)
        except database.Unusable as reason:
            raise CannotOpen(str(reason)) from None
        elsewhere = "Set CAREPLUS_DATA to another folder, or CAREPLUS_PORT and CAREPLUS_DATA for two side by side."
        if self.demo and found.accounts and not found.demo:
            raise CannotOpen(f"This database is a real hospital's, not a demo. {elsewhere}")
        if found.demo and not self.demo:
            raise CannotOpen(f"This database is a demo hospital's, whose passwords everybody knows: add --demo. {elsewhere}")
        if self.demo and not found.demo:
            from careplus_cli.filling import fill_demo

            typer.echo("Filling the demo hospital")
            fill_demo(self.settings)
        elif self.demo and not found.coming:
            typer.echo(f"This demo hospital was filled weeks ago; for a fresh one remove {self.settings.data} and start again.")
        elif not self.demo and not found.administrator:
            from careplus_auth.first import invite_first_admin

            self.link = invite_first_admin(url, self.settings.public_url)

    async def _is_ready(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.settings.host, self.settings.host)  # noqa: S104 - to be read
        try:
            return await self.supervisor.until(asyncio.wait_for(becomes_ready(host, self.settings.port), PATIENCE_S))
        except TimeoutError:
            typer.echo(f"Not ready after {PATIENCE_S:.0f} s. Look at what the services say above; Ctrl-C ends.", err=True)
            return False

    def _announce(self) -> None:
        name = f"{self.settings.hospital} (demo)" if self.demo else self.settings.hospital
        typer.echo(f"\n{name} is open at {self.settings.public_url}")
        if self.demo:
            typer.echo(LOGINS)
        if self.link:
            typer.echo(f"  The first administrator chooses a password here; the link works once:\n  {self.link}")
        typer.echo(f"  Ready after {time.monotonic() - self.started:.1f} s; Ctrl-C ends.\n")


def _environment(settings: Settings, demo: bool) -> dict[str, str]:
    """What the children need beside our own environment: where the services are."""
    ports = (port for port in range(settings.port + 1, LAST_PORT + 1) if _is_free("127.0.0.1", port))
    try:
        urls = {f"CAREPLUS_{service.upper()}_URL": f"http://127.0.0.1:{next(ports)}" for service in SERVICES}
    except StopIteration:
        raise CannotOpen(f"There are no {len(SERVICES)} free ports above {settings.port}; set CAREPLUS_PORT lower.") from None
    as_demo = {"CAREPLUS_DEMO": "true", "CAREPLUS_PHONE": settings.phone or DEMO_PHONE} if demo else {}
    return {**os.environ, **urls, **as_demo}


def _is_new(url: str) -> bool:
    """Whether this is a SQLite file that does not exist yet."""
    parts = urlsplit(url)
    return parts.scheme.startswith("sqlite") and not Path(parts.path[1:]).exists()


def _is_free(host: str, port: int) -> bool:
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
