"""Cursors: they hold every sort key, are short, and are valid only for the list and the filters they were issued for."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from careplus_contracts.refusals import Malformed
from careplus_contracts.values import MAX_ID, Cursor, Id, Instant, Line, PageFilter, Query
from careplus_runtime.http.paging import NOT_ISSUED, Cursors, SortText, page

NAMES = Cursors[tuple[str, int]](tuple[SortText, Id])
LONGEST = 200


class NameFilter(PageFilter):
    q: Query | None = None
    role: str | None = None


class OtherFilter(PageFilter):
    q: Query | None = None
    role: str | None = None


def cursor_after(key: Any, wanted: PageFilter) -> str:
    """Return the cursor of the page that ends with this key."""
    _, cursor = page([key, key], wanted.model_copy(update={"limit": 1}), lambda row: row)
    assert cursor is not None
    return cursor


def test_page_returns_limit_rows_and_a_cursor_of_the_last() -> None:
    rows = [("a", 1), ("b", 2), ("c", 3)]
    found, cursor = page(rows, NameFilter(limit=2), lambda row: row)
    assert (found, NAMES.after(NameFilter(limit=2, cursor=cursor))) == (rows[:2], ("b", 2))
    assert page(rows, NameFilter(limit=3), lambda row: row) == (rows, None)
    assert NAMES.after(NameFilter()) is None


@given(
    name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=LONGEST),
    id_=st.integers(1, MAX_ID),
)
def test_cursor_of_any_name_is_valid_and_returns_it(name: str, id_: int) -> None:
    cursor = cursor_after((name, id_), NameFilter())
    assert TypeAdapter(Cursor).validate_python(cursor) == cursor
    assert NAMES.after(NameFilter(cursor=cursor)) == (name, id_)


@pytest.mark.parametrize("letter", ["\U0010ffff", "😀", '"', "\\", "ﷺ"])
def test_longest_name_fits_into_a_cursor(letter: str) -> None:
    name = letter * LONGEST
    TypeAdapter(Line).validate_python(name)
    cursor = cursor_after((name, MAX_ID), NameFilter(q="x" * 100))
    # the rest of 2,000 is for longer keys
    assert len(cursor) <= 1200
    assert NAMES.after(NameFilter(q="x" * 100, cursor=cursor)) == (name, MAX_ID)


def test_cursor_is_valid_with_another_limit_only() -> None:
    cursor = cursor_after(("b", 2), NameFilter(q="b"))
    assert NAMES.after(NameFilter(q="b", cursor=cursor, limit=100)) == ("b", 2)
    for other in (NameFilter(cursor=cursor), NameFilter(q="c", cursor=cursor), OtherFilter(q="b", cursor=cursor)):
        with pytest.raises(Malformed, match="start with the first page"):
            NAMES.after(other)


def encoded(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def checksum_of(wanted: PageFilter) -> int:
    cursor = cursor_after(("b", 2), wanted)
    number: int = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))[0]
    return number


ID_ONLY = 7
"""An old cursor, without the sort key."""


@pytest.mark.parametrize(
    "key",
    [ID_ONLY, ["b", 0], ["b", MAX_ID + 1], ["b", 2.0], ["b\x00", 2], ["b", True], ["b", None], [2, "b"], ["b"], ["b", 2, 3], {}],
)
def test_keys_of_another_type_are_refused(key: Any) -> None:
    good = encoded([checksum_of(NameFilter()), ["b", 2]])
    assert NAMES.after(NameFilter(cursor=good)) == ("b", 2)
    for cursor in (
        encoded([checksum_of(NameFilter()), key]),
        encoded(key),
        encoded([0, ["b", 2]]),
        encoded([str(checksum_of(NameFilter())), ["b", 2]]),
    ):
        with pytest.raises(Malformed) as refused:
            NAMES.after(NameFilter(cursor=cursor))
        assert [(one.field, one.message) for one in refused.value.extras["errors"]] == [("query.cursor", NOT_ISSUED)]


@pytest.mark.parametrize(
    "cursor", ["A", "AAAAA", "_-", "_" * 1999, encoded(b"[1"), encoded(b"\xff"), encoded(b"[" * 1400), encoded(b"null")]
)
def test_cursors_that_are_no_json_are_refused(cursor: str) -> None:
    with pytest.raises(Malformed, match="start with the first page"):
        NAMES.after(NameFilter(cursor=cursor))


def test_instants_keep_their_value_in_a_cursor() -> None:
    cursors, at = Cursors[tuple[datetime, int]](tuple[Instant, Id]), datetime(2030, 1, 7, 12, 30, 15, 123456, tzinfo=UTC)
    assert cursors.after(PageFilter(cursor=cursor_after((at, 3), PageFilter()))) == (at, 3)
