"""Logs: one JSON line an event, without personal data."""

import logging
import sys
from typing import Any

import structlog

SECRET_NAMES = frozenset({"password", "token", "access_token", "authorization", "cookie", "code", "secret", "email", "otp"})


def redact(_: Any, __: str, event: Any) -> Any:
    """Replace what must not be in a log, whoever logs it."""
    for name in event.keys() & SECRET_NAMES:
        event[name] = "[redacted]"
    return event


def configure(service: str, level: str) -> None:
    """Log to standard output as JSON, with the service's name in every line."""

    def named(_: Any, __: str, event: Any) -> Any:
        # not a context variable: requests run in other contexts than the start does
        return {"service": service, **event}

    structlog.configure(
        processors=[
            named,
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


def without_words(error: BaseException) -> str:
    """What kind of failure it is. The words of errors name addresses with what was asked, headers and values."""
    return type(error.__cause__ or error).__name__


log: Any = structlog.get_logger()
