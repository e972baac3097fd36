"""A service that can be told to note nothing in the audit trail, to see what noting costs: `python -m bench.switched serve labs`.

SIGUSR1 switches noting off and SIGUSR2 on again: two processes of one service differ by more than it costs.
"""

import signal
from typing import Any

from careplus_cli.main import run
from careplus_runtime.audit.recorder import Auditor

OFF, ON = signal.SIGUSR1, signal.SIGUSR2


async def nothing(*_: Any) -> None:
    """Instead of `Auditor.record_answer`."""


if __name__ == "__main__":
    noting = Auditor.record_answer
    signal.signal(OFF, lambda *_: setattr(Auditor, "record_answer", nothing))
    signal.signal(ON, lambda *_: setattr(Auditor, "record_answer", noting))
    run()
