"""A service that notes nothing in the audit trail, to see what noting costs: `python -m bench.without_audit serve appointments`."""

from typing import Any

from careplus_cli.main import run
from careplus_runtime.audit import Auditor


async def nothing(*_: Any) -> None:
    """Instead of `Auditor.done`."""


if __name__ == "__main__":
    Auditor.done = nothing  # type: ignore[method-assign]
    run()
