"""A service with an audit trail that can be switched off, to measure its cost: `python -m bench.switched appointments`.

SIGUSR1 switches the audit off, SIGUSR2 on again. One process is measured both ways, because two
processes differ by more than the audit costs.
"""

import runpy
import signal
import sys
from typing import Any

from careplus_runtime.audit.recorder import Auditor

OFF, ON = signal.SIGUSR1, signal.SIGUSR2


async def record_nothing(*_: Any) -> None:
    """Replace `Auditor.record_answer`."""


if __name__ == "__main__":
    record = Auditor.record_answer
    signal.signal(OFF, lambda *_: setattr(Auditor, "record_answer", record_nothing))
    signal.signal(ON, lambda *_: setattr(Auditor, "record_answer", record))
    service = sys.argv.pop(1)
    runpy.run_module(f"careplus_{service}", run_name="__main__")
