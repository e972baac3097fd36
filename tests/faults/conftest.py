"""Print the figures of the tests of faults after the run."""

from typing import Any

from tests.faults.figures import LINES


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if LINES:
        terminalreporter.section("figures")
        for line in LINES:
            terminalreporter.write_line(line)
