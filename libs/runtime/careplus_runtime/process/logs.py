"""Logs: one line of JSON for each event, without personal data."""

import logging
import sys
from contextvars import ContextVar
from typing import Any

import structlog

logged_service: ContextVar[str | None] = ContextVar("logged_service", default=None)
"""The service that handles the request, where one process serves several."""
SECRET_NAMES = frozenset({"password", "token", "access_token", "authorization", "cookie", "code", "secret", "email", "otp"})


def redact(_: Any, __: str, event: Any) -> Any:
    """Replace the values of secret names in any event."""
    for name in event.keys() & SECRET_NAMES:
        event[name] = "[redacted]"
    return event


def configure(service: str, level: str) -> None:
    """Log JSON to standard output, with the name of the service in every line."""

    def add_service(_: Any, __: str, event: Any) -> Any:
        # in a process of one service no context has the name: requests run in other ones than the start
        return {"service": logged_service.get() or service, **event}

    structlog.configure(
        processors=[
            add_service,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )


def error_type(error: BaseException) -> str:
    """Return the class name of an error or its cause. Messages of errors contain URLs with queries, headers and values."""
    return type(error.__cause__ or error).__name__


log: Any = structlog.get_logger()
