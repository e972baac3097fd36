"""A service that notes nothing in the audit trail, to see what noting costs: `python -m bench.without_audit serve labs`."""

from typing import Any
from unittest.mock import patch

from careplus_cli.main import run
from careplus_runtime.audit import Auditor


async def nothing(*_: Any) -> None:
    """Instead of `Auditor.done`."""


if __name__ == "__main__":
    with patch.object(Auditor, "done", nothing):
        run()
