"""Progress bars of commands that take minutes."""

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Report = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and how much it is in all."""


def bars(console: Console) -> Progress:
    """Return a display with one bar for each step."""
    columns = TextColumn("{task.description:20}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    return Progress(*columns, console=console)


def reporting(display: Progress) -> Report:
    """Return a function that shows each step as a bar of the display."""
    tasks = {}

    def show(name: str, done: int, total: int) -> None:
        if name not in tasks:
            tasks[name] = display.add_task(name.replace("_", " "), total=total)
        display.update(tasks[name], completed=done, total=total)

    return show
