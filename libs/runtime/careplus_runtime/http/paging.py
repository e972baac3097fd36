"""Keyset pagination: a cursor is the sort key of the last item, opaque to callers."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from careplus_runtime.http.problems import malformed

K = TypeVar("K")
T = TypeVar("T")


def after(cursor: str | None, key: type[K] | Any) -> Any:
    """Return the sort key in a cursor as a `key` (a type such as `int` or `tuple[Instant, int]`); None for the first page.

    Raise Malformed for a cursor that does not hold a `key`.
    """
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return TypeAdapter(key).validate_json(text, strict=True)
    except (binascii.Error, ValidationError, ValueError):
        raise malformed([{"loc": ("query", "cursor"), "msg": "use the next_cursor of the previous page"}]) from None


def page(found: Sequence[T], limit: int, key: Callable[[T], Any]) -> tuple[Sequence[T], str | None]:
    """Return the first `limit` rows, and the cursor of the next page or None. Select `limit + 1` rows for this."""
    if len(found) <= limit:
        return found, None
    text = json.dumps(key(found[limit - 1]), default=lambda instant: instant.isoformat())
    return found[:limit], base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
