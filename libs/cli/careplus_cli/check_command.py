"""`careplus check`: check each part that the hospital depends on, and print the remedies."""

import json
from typing import Annotated

import typer

from careplus_cli.refusing import settings_or_refuse


def check(as_json: Annotated[bool, typer.Option("--json", help="Print a list of JSON objects.")] = False) -> None:
    """Check settings, disk, clock, versions, database, mail, texts, certificates and backups. Exits with 1 if one failed."""
    from careplus_cli.checks import machine, services, texts
    from careplus_cli.checks.finding import Level

    settings = settings_or_refuse()
    findings = [
        *machine.settings(settings),
        *machine.disk(settings),
        *machine.clock(),
        *machine.versions(),
        *services.database(settings),
        *services.mail(settings),
        *texts.endpoint(settings),
        *machine.certificates(settings),
        *services.backups(settings),
    ]
    if as_json:
        typer.echo(json.dumps([one._asdict() for one in findings], indent=1, ensure_ascii=False))
    else:
        for one in findings:
            typer.echo(f"{one.level:8} {one.check:13} {one.text}{f'; {one.remedy}' if one.remedy else ''}.")
    if any(one.level is Level.FAILED for one in findings):
        raise typer.Exit(1)
