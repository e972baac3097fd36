"""The `careplus` command. Each command imports its modules when it runs, so that all start quickly."""

import json
import runpy
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from careplus_cli.audit_commands import audit
from careplus_cli.backup_commands import add_commands
from careplus_cli.check_command import check
from careplus_cli.cluster_commands import cluster
from careplus_cli.import_commands import imports
from careplus_cli.move.command import move
from careplus_cli.record_commands import record
from careplus_cli.refusing import refuse, settings_or_refuse

if TYPE_CHECKING:
    from careplus_runtime.process.settings import Settings

STARTED = time.monotonic()
MAX_REPLICAS = 16

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="A hospital on one command.")
admin = typer.Typer(no_args_is_help=True, help="Administrators.")
app.add_typer(admin, name="admin")
app.add_typer(audit, name="audit")
app.add_typer(cluster, name="cluster")
app.command()(move)
app.add_typer(record, name="record")
app.add_typer(imports, name="import")
add_commands(app)
app.command()(check)


def run() -> None:
    """Run the command line."""
    app()


@app.command("run")
def run_hospital(
    demo: Annotated[bool, typer.Option("--demo", help="Open the demo hospital, filled with invented people.")] = False,
    replicas: Annotated[int, typer.Option(help="Processes of each service.", min=1, max=MAX_REPLICAS)] = 1,
    workers: Annotated[int, typer.Option(help="Processes of gateway and all services.", min=0, max=MAX_REPLICAS)] = 0,
) -> None:
    """Start the whole hospital: migrate, then a process of each service and the gateway until Ctrl-C."""
    from careplus_cli.preparing import CannotOpen
    from careplus_cli.run import run_until_stopped

    try:
        run_until_stopped(settings_or_refuse(), demo=demo, replicas=replicas, workers=workers, started=STARTED)
    except CannotOpen as reason:
        refuse(str(reason))


@app.command()
def serve(
    service: Annotated[str, typer.Argument(help="auth, appointments, doctors, labs or gateway.")],
    host: Annotated[str | None, typer.Option(help="Address to listen on; the settings' if not given.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; the settings' if not given.", min=1, max=65535)] = None,
    watchdog: Annotated[bool, typer.Option(help="End the process when it stalls; not for debuggers.")] = True,
) -> None:
    """Serve one service in this process, as `python -m careplus_SERVICE` does."""
    from careplus_cli.services import SERVICES

    if service not in (*SERVICES, "gateway"):
        refuse(f"{service} cannot start: there are {', '.join(SERVICES)} and gateway.", code=3)
    options = [*(["--host", host] if host else []), *(["--port", str(port)] if port else [])]
    sys.argv[1:] = options if watchdog else [*options, "--no-watchdog"]
    runpy.run_module(f"careplus_{service}", run_name="__main__")


@app.command()
def migrate() -> None:
    """Migrate the database to the schema of this version."""
    from careplus_tables.migrate import HEAD

    before = _migrated(settings_or_refuse())
    is_migrated = before is not None and before >= HEAD
    typer.echo(f"The database is at revision {before}." if is_migrated else f"Migrated from {before or 'nothing'} to {HEAD}.")


@app.command("prepare")
def prepare_hospital() -> None:
    """Migrate, then fill the demo (CAREPLUS_DEMO) or invite an administrator, as `run` does before it starts the services."""
    from careplus_cli.preparing import FIRST_LINK, LOGINS, CannotOpen, check_demo_is_local, prepare

    settings = settings_or_refuse()
    try:
        if settings.demo:
            check_demo_is_local(settings)
        link = prepare(settings, demo=settings.demo)
    except CannotOpen as reason:
        refuse(str(reason))
    typer.echo(f"{settings.hospital} will be open at {settings.public_url}")
    if settings.demo:
        typer.echo(LOGINS)
    if link:
        typer.echo(FIRST_LINK.format(link))


@app.command("alertkey")
def alert_key() -> None:
    """Print the key that signs alerts to CAREPLUS_ALERT_URL; it changes with SECRET_KEY and opens nothing else."""
    from careplus_auth.alerts.sending import signing_key

    settings = settings_or_refuse()
    if settings.secret_key is None:
        refuse("SECRET_KEY is missing.")
    typer.echo(signing_key(settings))


@app.command()
def certificates(
    folder: Annotated[Path, typer.Argument(help="Folder of the certificates, for CAREPLUS_CERTIFICATES.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days for which they are valid.")] = 400,
    domain: Annotated[str | None, typer.Option(help="Names end with it too, such as careplus.svc in Kubernetes.")] = None,
) -> None:
    """Make an authority and a certificate for each process and for a database; again: new ones of the same authority."""
    from careplus_cli.certificates import make_certificates

    until = make_certificates(folder, days=days, domain=domain)
    typer.echo(f"Certificates in {folder}, valid until {until:%Y-%m-%d}. Keep {folder / 'ca.key'} elsewhere.")


@app.command()
def demo(
    doctors: Annotated[int, typer.Option(min=2, help="How many doctors.")] = 12,
    patients: Annotated[int, typer.Option(min=20, help="How many patients.")] = 4000,
    appointments: Annotated[int | None, typer.Option(min=20, help="How many visits; fits the doctors if not given.")] = None,
    seed: Annotated[int, typer.Option(help="Another number gives another hospital.")] = 1,
) -> None:
    """Fill an empty database with a demo hospital of any size; the same day and seed give the same one."""
    from rich.console import Console

    from careplus_cli.filling import CannotFill, fill_demo

    settings = settings_or_refuse()
    _migrated(settings)
    try:
        fill_demo(settings, doctors, patients, appointments, seed, console=Console())
    except CannotFill as reason:
        refuse(str(reason))


@app.command()
def openapi(output: Annotated[Path | None, typer.Option(help="File; standard output if not given.")] = None) -> None:
    """Write the OpenAPI document of the hospital's API."""
    from careplus_runtime.http.openapi import document

    text = json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")


@admin.command()
def create(
    email: Annotated[str, typer.Option(prompt="E-mail", help="Asked for if not given.")],
    name: Annotated[str, typer.Option(prompt="Full name", help="Asked for if not given.")],
) -> None:
    """Add an administrator. The password is prompted for or read from standard input, never an argument."""
    from pydantic import ValidationError

    from careplus_auth.sign_in.bootstrap_admin import create_admin
    from careplus_contracts.refusals import Refusal

    settings = settings_or_refuse()
    password = _password()
    _migrated(settings)
    try:
        create_admin(settings.database, email, name, password, settings.hospital)
    except Refusal as refusal:
        refuse(refusal.detail, code=1)
    except ValidationError as error:
        first = error.errors()[0]
        refuse(f"{first['loc'][0]}: {first['msg'].removeprefix('Value error, ')}", code=1)
    typer.echo(f"{email} is an administrator now.")


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _migrated(settings: "Settings") -> str | None:
    """Migrate the database and return its revision before."""
    from careplus_cli.database import DatabaseUnusable, migrate

    try:
        return migrate(settings.database, settings.clinic_zone)
    except DatabaseUnusable as reason:
        refuse(str(reason), code=1)
