"""The commands `careplus cluster`. DATABASE_URL is that of the server's administrator; CAREPLUS_SCHEMA is not read."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from careplus_cli.refusing import refuse, settings_or_refuse

cluster = typer.Typer(no_args_is_help=True, help="Hospitals that share one PostgreSQL database, each in its own schema.")
Name = Annotated[str, typer.Argument(help="The hospital's schema and user, such as hospital_a.")]
ADDED = """\
DATABASE_URL={url}
CAREPLUS_SCHEMA={name}
SECRET_KEY={secret}"""


@cluster.command()
def add(name: Name) -> None:
    """Create a hospital's user and schema, print its settings, which are shown once, and migrate it."""
    from careplus_cli.database import migrate
    from careplus_runtime.process.schema_url import check_name
    from careplus_tables.migrate import HEAD

    try:
        check_name(name)
    except ValueError as reason:
        refuse(f"{reason}.")
    settings = settings_or_refuse()
    with _one_line_refusals():
        from careplus_cli.cluster import add as add_hospital

        url = add_hospital(settings.database_url or settings.database, name)
        typer.echo(ADDED.format(url=url, name=name, secret=secrets.token_hex(32)))
        migrate(url, settings.clinic_zone)
    typer.echo(f"{name} is at revision {HEAD}. Keep these settings; other hospitals have their own.", err=True)


@cluster.command("list")
def list_hospitals() -> None:
    """Print each hospital with its revision and size, and on Citus its node."""
    settings = settings_or_refuse()
    with _one_line_refusals():
        from careplus_cli.cluster import hospitals

        for one in hospitals(settings.database_url or settings.database):
            size = f"{one.size / 2**20:.1f} MiB"
            typer.echo("  ".join([one.name, one.revision or "none", size, *([one.node] if one.node else [])]))


@cluster.command()
def move(
    name: Name,
    node: Annotated[str, typer.Argument(help="The node of Citus, as host:port.", metavar="NODE")],
) -> None:
    """Move a hospital to another node of Citus while its services run. Refused on plain PostgreSQL."""
    host, _, port = node.rpartition(":")
    if not host or not port.isdigit():
        refuse(f"{node} is not a node: write it as worker-2:5432.")
    settings = settings_or_refuse()
    with _one_line_refusals():
        from careplus_cli.cluster import move as move_hospital

        move_hospital(settings.database_url or settings.database, name, host, int(port))
    typer.echo(f"{name} is on {node}.")


@contextmanager
def _one_line_refusals() -> Iterator[None]:
    """End the command with a line where the server cannot do its work."""
    from careplus_cli.cluster import ClusterError
    from careplus_cli.database import DatabaseUnusable, one_line_errors

    try:
        with one_line_errors():
            yield
    except (ClusterError, DatabaseUnusable) as reason:
        refuse(str(reason), code=1)
