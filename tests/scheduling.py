"""Distribution of test files over the workers of pytest-xdist (`--dist loadfile`), with three exceptions."""

import re
import zlib
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

ONE_HOSPITAL = {
    "tests/attacks/test_every_key.py": "killable",
    "tests/attacks/test_idempotency.py": "killable",
    "tests/openapi/test_document.py": "sandbox",
    "tests/openapi/test_generated_client.py": "sandbox",
    "tests/openapi/test_odd_bodies.py": "sandbox",
    "tests/openapi/test_odd_values.py": "sandbox",
}
"""Files that use one package-scoped hospital run on one worker, so that the other worker does not start a second one."""
BACKENDS = re.compile(r"tests/test_every_list\.py::\w+\[(sqlite|postgresql)\b.*")
"""The longest file of the other tests runs on two databases, each on a worker of its own."""
SWEEP = re.compile(r"tests/browser/test_page_sweep\.py::\w+\[([^(\]]+?)(?:-\(.*)?\]")
SWEEP_PARTS = 4
"""The sweep is the longest file of browser tests; its views are divided, and the tests of a view stay together."""


def scope_of(nodeid: str) -> str:
    """Return the name of the unit that runs on one worker."""
    if view := SWEEP.fullmatch(nodeid):
        return f"page sweep {zlib.crc32(view[1].encode()) % SWEEP_PARTS}"
    if database := BACKENDS.fullmatch(nodeid):
        return f"every list {database[1]}"
    file = nodeid.split("::", 1)[0]
    return ONE_HOSPITAL.get(file, file)


def scheduler(config: pytest.Config, log: Any) -> Any:
    """Return a scheduler that assigns units to workers as loadfile does files."""
    scheduling = LoadFileScheduling(config, log)
    # the method that pytest-xdist documents for other units
    scheduling._split_scope = scope_of
    return scheduling
