"""Every metric of CarePlus. docs/watching.md explains them; a test compares it with this list.

A label never holds an id, a name, a path or another text of a client: its values are in the code or in the settings.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from careplus_runtime.process.clock import now


class Metric(NamedTuple):
    """A metric, with the names of its labels. The name of a counter ends in `_total`."""

    kind: Literal["counter", "gauge", "histogram"]
    name: str
    text: str
    labels: tuple[str, ...] = ()


class Sample(NamedTuple):
    """The value of a gauge at this moment, and the values of its labels."""

    metric: Metric
    value: float
    labels: tuple[str, ...] = ()


def age_s(since: datetime | None) -> float:
    """Return the seconds since then, 0 without a time."""
    return 0.0 if since is None else max(0.0, (now() - since).total_seconds())


Reader = Callable[[], Awaitable[Iterable[Sample]]]
"""Reads gauges for one scrape, in the event loop of the process."""

REQUESTS = Metric("counter", "careplus_requests_total", "Answered requests", ("operation", "method", "status"))
DURATION = Metric("histogram", "careplus_request_duration_seconds", "Seconds from a request to its answer", ("operation",))
IN_PROGRESS = Metric("gauge", "careplus_requests_in_progress", "Requests without an answer yet")
REFUSALS = Metric("counter", "careplus_refusals_total", "Requests that this process refused", ("code",))

DB_WAIT = Metric("histogram", "careplus_database_wait_seconds", "Seconds until a connection was free", ("pool",))
DB_HELD = Metric("histogram", "careplus_database_held_seconds", "Seconds that a connection was held", ("pool",))
TRANSACTIONS = Metric("counter", "careplus_transactions_total", "Ended transactions of changes", ("outcome",))
DISK_FREE = Metric("gauge", "careplus_disk_free_bytes", "Free bytes on the disk of the data")
DISK_FLOOR = Metric("gauge", "careplus_disk_floor_bytes", "Free bytes below which changes are refused")
CERTIFICATE = Metric("gauge", "careplus_certificate_expiry_timestamp_seconds", "Unix time at which a certificate ends", ("file",))

BREAKER = Metric("gauge", "careplus_breaker_state", "0 closed, 1 probing, 2 open", ("to", "address"))
FORWARDED = Metric("gauge", "careplus_forwarded_requests", "Requests that wait for a service or its answer", ("to", "address"))

MAILS = Metric("gauge", "careplus_mails_waiting", "Mails, notices and alerts that are due and not sent", ("queue",))
MAIL_AGE = Metric("gauge", "careplus_oldest_mail_age_seconds", "Age of the one that waits longest", ("queue",))
UNLINKED = Metric("gauge", "careplus_audit_unlinked_events", "Audit events that are not in the chain yet")
UNLINKED_AGE = Metric("gauge", "careplus_audit_oldest_unlinked_age_seconds", "Age of the oldest of them")
SESSIONS = Metric("gauge", "careplus_sessions_open", "Sessions that are neither ended nor expired")
BACKUP = Metric("gauge", "careplus_last_backup_timestamp_seconds", "Unix time of the last backup")

CRITICAL = Metric("gauge", "careplus_critical_results_open", "Critical results without an acknowledgement")
CRITICAL_AGE = Metric("gauge", "careplus_critical_oldest_age_seconds", "Age of the one that is open longest")

CATALOGUE = tuple(value for value in dict(globals()).values() if isinstance(value, Metric))
