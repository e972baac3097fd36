"""Fill an empty database with a demo hospital and show progress."""

import time
from contextlib import AbstractContextManager, nullcontext

from rich.console import Console

from careplus_auth.sign_in.passwords import hash_now
from careplus_cli.progress import bars, reporting
from careplus_demo.filling import NotEmpty, fill
from careplus_demo.plan import PATIENTS, DoesNotFit, Plan
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings

PASSWORD = "demo-hospital-1"


class CannotFill(Exception):
    """The demo hospital cannot be filled; the message is one line with the reason."""


def fill_demo(
    settings: Settings,
    doctors: int = 12,
    patients: int = PATIENTS,
    appointments: int | None = None,
    seed: int = 1,
    *,
    console: Console | None = None,
) -> None:
    """Fill a migrated database and show progress on the `console`, if any. Raises CannotFill."""
    plan = Plan(
        now=now(),
        zone=settings.clinic_zone,
        doctors=doctors,
        patients=patients,
        appointments=appointments,
        lab_hours=settings.lab_hours,
        lab_places=settings.lab_places,
        seed=seed,
    )
    started = time.monotonic()
    shown = bars(console) if console else None
    display: AbstractContextManager[object] = shown or nullcontext()
    try:
        with display:
            written = fill(settings.database, plan, hash_now(PASSWORD), reporting(shown) if shown else _no_progress)
    except (NotEmpty, DoesNotFit) as reason:
        raise CannotFill(str(reason)) from None
    if console:
        console.print(f"{written['appointments']:,} visits with their records in {time.monotonic() - started:.0f} s.")


def _no_progress(_: str, __: int, ___: int) -> None:
    pass
