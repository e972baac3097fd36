"""uvicorn's own messages."""

import logging
import re

from careplus_runtime.process.logs import log


class UvicornMessages(logging.Handler):
    """Logs uvicorn's warnings as our own events, and keeps the reason of a failed start as one line."""

    def __init__(self, verbose: bool) -> None:
        super().__init__(logging.WARNING)
        self.verbose = verbose
        self.reason: str | None = None
        logger = logging.getLogger("uvicorn")
        logger.propagate = False
        logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if isinstance(record.msg, OSError):
            self.reason = record.msg.strerror
        elif message.startswith("Traceback") and not self.verbose:
            # the line of the last exception, after which SQLAlchemy adds others
            kind, text = re.findall(r"^([\w.]+)(?:: (.+))?$", message, re.MULTILINE)[-1]
            self.reason = text or kind
        elif self.reason is None:
            log.warning("server_warned", message=message.strip(), exc_info=record.exc_info)
