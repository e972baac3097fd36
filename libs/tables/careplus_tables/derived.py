"""Columns that a function computes from other columns of the row, such as search keys and due times, on every insert and update.

An insert computes them as column defaults, an update of a loaded row before its flush. An UPDATE statement that sets a source
must set the derived column too, because SQL cannot call the function.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper

Compute = Callable[..., Any]


class DerivedColumnNotSet(RuntimeError):
    """The statement would change a column without the columns that are computed from it."""


def derived(compute: Compute, *sources: str) -> dict[str, Any]:
    """Return the `sa_column_kwargs` of a column that is `compute` of the columns `sources`."""

    def value(context: Any) -> Any:
        return _value(compute, sources, context.get_current_parameters())

    return {"default": value, "info": {"derived": (compute, sources)}}


@sa.event.listens_for(Mapper, "before_update")
def _update(mapper: Mapper[Any], _: sa.Connection, row: Any) -> None:
    for name, (compute, sources) in _derived(mapper.local_table).items():
        setattr(row, name, _value(compute, sources, row.__dict__))


def check_update(statement: Any, context: Any) -> None:
    """Raise DerivedColumnNotSet for an UPDATE statement, not of a loaded row, that sets a source without its column."""
    values = {getattr(column, "key", column) for column in statement._values or ()} | set(context.compiled.column_keys or ())
    for name, (_, sources) in _derived(statement.table).items():
        if name not in values and not values.isdisjoint(sources):
            raise DerivedColumnNotSet(
                f"{statement.table.name}: load the row and change it, so that {name} is computed: {statement}"
            )


def _value(compute: Compute, sources: tuple[str, ...], row: Mapping[str, Any]) -> Any:
    return compute(*(row.get(source) for source in sources))


@cache
def _derived(table: Any) -> dict[str, tuple[Compute, tuple[str, ...]]]:
    return {column.key: column.info["derived"] for column in table.columns if "derived" in column.info}
