"""Keyset pagination: a cursor is the sort key of the last item and a checksum of its list, opaque to callers.

The key itself and no row id: the last item may leave the list, or get another name, before the next page is read. A forged
cursor only moves inside the caller's own list, because a statement keeps its owner condition.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from pydantic import StringConstraints, TypeAdapter, ValidationError

from careplus_contracts.values import PageFilter
from careplus_runtime.http.problems import malformed

K = TypeVar("K")
T = TypeVar("T")

SortText = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
"""A text in a sort key. 200 characters of any script fit into a cursor, so a column of a sort key holds at most as many."""
NOT_ISSUED = "this is no cursor of this list with these filters; start with the first page, without `cursor`"


class Cursors(Generic[K]):
    """Reads the cursors of a list; `kind` is the type of its sort key, such as `int` or `tuple[Instant, int]`."""

    def __init__(self, kind: Any) -> None:
        self._adapter: TypeAdapter[Any] = TypeAdapter(tuple[int, kind])

    def after(self, wanted: PageFilter) -> K | None:
        """Return the sort key in the cursor; None for the first page. Raise Malformed unless this list issued the cursor."""
        if wanted.cursor is None:
            return None
        try:
            text = base64.b64decode(wanted.cursor + "=" * (-len(wanted.cursor) % 4), altchars=b"-_", validate=True)
            checksum, key = self._adapter.validate_json(text, strict=True)
        except (binascii.Error, ValidationError, ValueError):
            checksum, key = None, None
        if checksum != _checksum(wanted):
            raise malformed([{"loc": ("query", "cursor"), "msg": NOT_ISSUED}])
        last: K = key
        return last


def page(found: Sequence[T], wanted: PageFilter, key: Callable[[T], Any]) -> tuple[Sequence[T], str | None]:
    """Return the first `limit` rows, and the cursor of the next page or None. Select `limit + 1` rows for this."""
    if len(found) <= wanted.limit:
        return found, None
    parts = [_checksum(wanted), key(found[wanted.limit - 1])]
    # UTF-8: escapes would make twelve bytes of a character of four
    text = json.dumps(parts, default=lambda instant: instant.isoformat(), ensure_ascii=False, separators=(",", ":"))
    return found[: wanted.limit], base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _checksum(wanted: PageFilter) -> int:
    """Return a number of the list and its filters: a key of another order would skip records. `Parameters` names the class."""
    filters = wanted.model_dump_json(exclude={"limit", "cursor"})
    return zlib.crc32(f"{type(wanted).__name__} {filters}".encode())
