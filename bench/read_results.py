"""Results of `bench.reads`: medians, a table of them, and the comparison with the committed ones."""

import os
import platform
import statistics
from pathlib import Path
from typing import Any, NamedTuple

from pysqlite3 import dbapi2
from rich.console import Console
from rich.table import Table

from bench.load import Measured

RESULTS = Path(__file__).parent / "results"
HELLO = "FastAPI hello"
ALLOWED = 1.25
"""`--check` fails where the multiple grew by more."""
LEAST_GROWTH = 0.5
"""And by more than this, in multiples of hello: a small read varies by a quarter of nearly nothing."""


class Found(NamedTuple):
    cpu_ms: float
    multiple: float
    length: int
    """Bytes of the answer before compression."""
    p50_ms: float
    p99_ms: float


def summary(found: dict[str, list[Measured]], lengths: dict[str, int]) -> dict[str, Found]:
    """Return medians; a multiple is that of each round."""
    hello, rows = [one.cpu_ms for one in found[HELLO]], {}
    for name, measured in found.items():
        multiple = statistics.median(one.cpu_ms / base for one, base in zip(measured, hello, strict=True))
        middle = Measured(*map(statistics.median, zip(*measured, strict=True)))
        rows[name] = Found(
            round(middle.cpu_ms, 3), round(multiple, 3), lengths[name], round(middle.p50_ms, 1), round(middle.p99_ms, 1)
        )
    return rows


def machine() -> dict[str, Any]:
    """Describe the machine."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": dbapi2.sqlite_version,
        "load": round(os.getloadavg()[0], 1),
    }


def show(rows: dict[str, Found], bars: dict[str, float], title: str, before: dict[str, Any]) -> None:
    """Print the results beside the committed ones."""
    table = Table(title=title)
    for column in ("", "CPU-ms", "x hello", "at most", "committed", "bytes", "p50 ms", "p99 ms"):
        table.add_column(column, justify="left" if not column else "right")
    for name, row in rows.items():
        old, bar = before.get(name), bars.get(name)
        figures = (f"{row.multiple:.1f}", f"{bar:g}" if bar else "", f"{old['multiple']:.1f}" if old else "")
        table.add_row(name, f"{row.cpu_ms:.2f}", *figures, f"{row.length:,}", f"{row.p50_ms:.0f}", f"{row.p99_ms:.0f}")
    Console(width=130).print(table)


def grown(rows: dict[str, Found], before: dict[str, Any]) -> list[str]:
    """Return a sentence for each read that became dearer than allowed."""
    return [
        f"{name}: {row.multiple:.1f} x hello, committed {before[name]['multiple']:.1f}"
        for name, row in rows.items()
        if name in before and row.multiple > max(before[name]["multiple"] * ALLOWED, before[name]["multiple"] + LEAST_GROWTH)
    ]
