"""`careplus run`: check the settings, start the processes, prepare the database, and say when the hospital is ready."""

import asyncio
import os
import secrets
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice

import typer

from careplus_cli.preparing import FIRST_LINK, LOGINS, CannotOpen, check_demo_is_local, is_new, prepare
from careplus_cli.services import SERVICES
from careplus_cli.supervisor import Supervisor
from careplus_runtime.process.settings import Settings

READY_S = 60.0
"""Seconds after which a hospital that is not ready yet is reported."""


def run_until_stopped(settings: Settings, *, demo: bool, replicas: int = 1, workers: int = 0, started: float) -> None:
    """Run the hospital until a signal stops it, by `replicas` processes of each service, or by `workers`. Raises CannotOpen.

    `started`: the monotonic time of the command's start.
    """
    if settings.secret_key is None:
        raise CannotOpen("SECRET_KEY is missing; put one of 32 or more random characters into .env, as `make run` does.")
    if workers and replicas > 1:
        raise CannotOpen("Choose --workers or --replicas: a worker is a replica of each service.")
    if demo:
        check_demo_is_local(settings)
    if not _is_free(settings.host, settings.port):
        raise CannotOpen(f"Port {settings.port} on {settings.host} cannot be used; set CAREPLUS_PORT to another one.")
    asyncio.run(_run(settings, demo, replicas, workers, started))


async def _run(settings: Settings, demo: bool, replicas: int, workers: int, started: float) -> None:
    if workers:
        supervisor = _supervisor_of_workers(settings, demo, workers)
    else:
        ports = _free_ports(settings.port, replicas)
        supervisor = Supervisor(_commands(ports), _environment(settings, demo, ports))
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
    # services of a new database would be ready before the demo is filled
    new = await asyncio.to_thread(is_new, settings.database)
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


def _commands(ports: Mapping[str, Sequence[int]]) -> dict[str, tuple[str, ...]]:
    """Return the command of each process by its name: `labs`, or `labs-1` and `labs-2` with replicas."""
    commands: dict[str, tuple[str, ...]] = {}
    for service, own in ports.items():
        for number, port in enumerate(own, 1):
            commands[service if len(own) == 1 else f"{service}-{number}"] = (f"careplus_{service}", "--port", str(port))
    return {**commands, "gateway": ("careplus_gateway",)}


def _supervisor_of_workers(settings: Settings, demo: bool, workers: int) -> Supervisor:
    commands = {f"worker-{number + 1}": ("careplus_cli.worker", "--worker", str(number)) for number in range(workers)}
    # each worker counts requests by itself, as each of several gateways does
    own = {"CAREPLUS_GATEWAYS": str(settings.gateways * workers)}
    if not hasattr(os, "sched_getaffinity") or workers > len(os.sched_getaffinity(0)):
        own["CAREPLUS_PIN_CORES"] = "false"
    return Supervisor(commands, _environment(settings, demo, {}) | own, public=list(commands))


def _environment(settings: Settings, demo: bool, ports: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """Return our own environment with the addresses of the services, and a key that they share until the hospital stops."""
    urls = {
        f"CAREPLUS_{service.upper()}_URL": ",".join(f"http://127.0.0.1:{port}" for port in own) for service, own in ports.items()
    }
    key = {"CAREPLUS_FORWARDED_KEY": settings.forwarded_key or secrets.token_urlsafe(32)}
    return {**os.environ, **urls, **key, **({"CAREPLUS_DEMO": "true"} if demo else {})}


def _free_ports(above: int, replicas: int) -> dict[str, list[int]]:
    """Return free ports for the replicas of each service: the first replicas have the lowest ones."""
    wanted = replicas * len(SERVICES)
    found = list(islice((port for port in range(above + 1, 65536) if _is_free("127.0.0.1", port)), wanted))
    if len(found) < wanted:
        raise CannotOpen(f"There are no {wanted} free ports above {above}; set CAREPLUS_PORT lower.")
    return {service: found[number :: len(SERVICES)] for number, service in enumerate(SERVICES)}


def _is_free(host: str, port: int) -> bool:
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError:
        return False
    return True
