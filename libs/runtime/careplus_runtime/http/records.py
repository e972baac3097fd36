"""Statements that find one record, or one page of a list in the order of its cursor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations

from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Id, PageFilter
from careplus_runtime.http.paging import Cursors, SortText, page
from careplus_runtime.http.problems import NOTHING_HERE

T = TypeVar("T")
AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Keyset:
    """The order of a list: its columns, the last of which is unique, the type of the key in a cursor, and the key of a row.

    The key has the values of the columns, in order.
    """

    columns: Sequence[SQLCoreOperations[Any]]
    cursor_type: Any
    key: Callable[[Any], Any]
    descending: bool = False

    @cached_property
    def cursors(self) -> Cursors[Any]:
        return Cursors(self.cursor_type)

    def continue_after(self, query: AnySelect, wanted: PageFilter) -> AnySelect:
        """Return the query in this order, from the row after the cursor on. Raise Malformed for a foreign cursor."""
        last = self.cursors.after(wanted)
        if last is not None:
            columns = tuple_(*self.columns) if len(self.columns) > 1 else self.columns[0]
            query = query.where(columns < last if self.descending else columns > last)
        return query.order_by(*(column.desc() if self.descending else column for column in self.columns))


def newest_first(id_column: SQLCoreOperations[Any], key: Callable[[Any], Any] = lambda row: row.id) -> Keyset:
    """Return the order by descending id; `key` returns the id of a row."""
    return Keyset((id_column,), Id, key, descending=True)


def by_name(sort_key: SQLCoreOperations[Any], id_column: SQLCoreOperations[Any], key: Callable[[Any], Any]) -> Keyset:
    """Return the order by the sort key of a name (`search_keys.sort_key`) and id; `key` returns both of a row."""
    return Keyset((sort_key, id_column), tuple[SortText, Id], key)


async def fetch_page(db: AsyncSession, query: AnySelect, order: Keyset, wanted: PageFilter) -> tuple[Sequence[Any], str | None]:
    """Return the rows of the wanted page, and the cursor of the next one; entities where one is selected.

    Raise Malformed for a cursor that this list did not issue.
    """
    result = await db.execute(order.continue_after(query, wanted).limit(wanted.limit + 1))
    rows: Sequence[Any] = result.scalars().all() if len(result.keys()) == 1 else result.all()
    return page(rows, wanted, order.key)


async def one_or_404(db: AsyncSession, query: Select[T]) -> T:
    """Return the only row of a statement that selects one entity or column. Raise NotFound where there is none."""
    row: T | None = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row
