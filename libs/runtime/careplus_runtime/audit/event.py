"""An audit event before it is written."""

from collections.abc import Collection
from typing import Any, NamedTuple


class Event(NamedTuple):
    """One event: a value for each column of `audit_events` but the id, and the ids of the patients besides the actor."""

    row: dict[str, Any]
    patients: Collection[int] = ()
