"""`careplus run`: check the settings, start the processes, prepare the database, and say when the hospital is ready."""

import asyncio
import os
import signal
import socket
import time
from contextlib import suppress
from itertools import islice

import typer

from careplus_cli.preparing import FIRST_LINK, LOGINS, CannotOpen, check_demo_is_local, is_new, prepare
from careplus_cli.services import SERVICES
from careplus_cli.supervisor import Supervisor
from careplus_runtime.process.settings import Settings

READY_S = 60.0
"""Seconds after which a hospital that is not ready yet is reported."""


def run_until_stopped(settings: Settings, *, demo: bool, started: float) -> None:
    """Run the hospital until a signal stops it. `started`: the monotonic time of the command's start. Raises CannotOpen."""
    if settings.secret_key is None:
        raise CannotOpen("SECRET_KEY is missing; put one of 32 or more random characters into .env, as `make run` does.")
    if demo:
        check_demo_is_local(settings)
    if not _is_free(settings.host, settings.port):
        raise CannotOpen(f"Port {settings.port} on {settings.host} cannot be used; set CAREPLUS_PORT to another one.")
    asyncio.run(_run(settings, demo, started))


async def _run(settings: Settings, demo: bool, started: float) -> None:
    supervisor = Supervisor((*SERVICES, "gateway"), _environment(settings, demo))
    supervisor.stop_on(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    starting = asyncio.create_task(_start(supervisor, settings, demo, started))
    stopping = asyncio.create_task(supervisor.stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if starting.done() and not starting.exception():
        await stopping
    starting.cancel()
    await supervisor.end()
    # raises the reason why it did not start
    with suppress(asyncio.CancelledError):
        await starting


async def _start(supervisor: Supervisor, settings: Settings, demo: bool, started: float) -> None:
    new = is_new(settings.database)
    if not new:
        # processes load while the database is checked, and wait for its schema
        supervisor.start()
    link = await asyncio.to_thread(prepare, settings, demo=demo)
    if new:
        supervisor.start()
    try:
        await asyncio.wait_for(supervisor.ready.wait(), READY_S)
    except TimeoutError:
        typer.echo(f"Not ready after {READY_S:.0f} s. The lines of the services above say why; Ctrl-C ends.", err=True)
    else:
        _announce(settings, demo, link, time.monotonic() - started)


def _announce(settings: Settings, demo: bool, link: str | None, seconds: float) -> None:
    name = f"{settings.hospital} (demo)" if demo else settings.hospital
    typer.echo(f"\n{name} is open at {settings.public_url}")
    if demo:
        typer.echo(LOGINS)
    if link:
        typer.echo(FIRST_LINK.format(link))
    typer.echo(f"  Ready after {seconds:.1f} s; Ctrl-C ends.\n")


def _environment(settings: Settings, demo: bool) -> dict[str, str]:
    """Return our own environment with the addresses of the services."""
    ports = zip(SERVICES, _free_ports(settings.port), strict=True)
    urls = {f"CAREPLUS_{service.upper()}_URL": f"http://127.0.0.1:{port}" for service, port in ports}
    return {**os.environ, **urls, **({"CAREPLUS_DEMO": "true"} if demo else {})}


def _free_ports(above: int) -> list[int]:
    """Return one free port for each service."""
    found = list(islice((port for port in range(above + 1, 65536) if _is_free("127.0.0.1", port)), len(SERVICES)))
    if len(found) < len(SERVICES):
        raise CannotOpen(f"There are no {len(SERVICES)} free ports above {above}; set CAREPLUS_PORT lower.")
    return found


def _is_free(host: str, port: int) -> bool:
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError:
        return False
    return True
