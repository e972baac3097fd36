"""The second net: a statement about records of patients that names no owner is refused, whoever wrote it.

An owner is named by comparing one of a table's owner columns with a value, a subquery, or a column of what has an owner itself.
Statements that are meant for everybody's records say why, with `execution_options(unowned="…")`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.selectable import Join

OWNERS = {
    "appointments": {"patient_id", "doctor_id"},
    "notes": {"appointment_id", "author_id"},
    "addenda": {"appointment_id"},
    "charts": {"patient_id"},
    "allergies": {"patient_id"},
    "problems": {"patient_id"},
    "chart_access": {"patient_id", "doctor_id"},
    "prescriptions": {"patient_id", "doctor_id"},
    "prescription_items": {"prescription_id"},
    "referrals": {"patient_id", "from_doctor_id", "to_doctor_id", "accepted_by_id", "to_specialty"},
    "lab_bookings": {"patient_id", "ordered_by_id"},
    "lab_booking_tests": {"booking_id"},
    "lab_results": {"patient_id", "booking_id"},
    "observations": {"patient_id", "result_id"},
}
"""Tables of patients' records, with the columns that say whose they are; what is part of a record is owned as the record is."""
PERSON = "accounts"
_EQUAL = (operators.eq, operators.in_op)


class Unowned(RuntimeError):
    """A statement would read or change records of patients without saying whose."""


def watch(engine: sa.Engine) -> None:
    """Refuse such statements on every connection of the engine."""
    seen: set[str] = set()

    @sa.event.listens_for(engine, "before_cursor_execute")
    def look(_: Any, __: Any, sql: str, ___: Any, context: Any, ____: bool) -> None:
        if sql in seen or context is None or context.compiled is None:
            return
        # a set of what was looked at already: looking costs more than executing
        if "unowned" not in context.execution_options:
            check(context.compiled.statement)
            seen.add(sql)


def check(statement: Any) -> None:
    """Raise Unowned where a table of records stands without an owner."""
    for one in visitors.iterate(statement):
        if isinstance(one, sa.Select):
            _check(list(_leaves(one.get_final_froms())), [*_on(one.get_final_froms()), one.whereclause], statement)
    if isinstance(statement, sa.Update | sa.Delete) and not _is_of_a_loaded_row(statement):
        _check([statement.table], [statement.whereclause], statement)


def _check(froms: list[Any], conditions: Iterable[Any], statement: Any) -> None:
    records = {one.name: OWNERS[_table(one)] for one in froms if _table(one) in OWNERS}
    if not records:
        return
    owners: dict[str, set[str]] = {**records, **{one.name: {"id"} for one in froms if _table(one) == PERSON}}
    here, named, links = {one.name for one in froms}, set(), []
    for left, right in _equalities(conditions):
        for one, other in ((left, right), (right, left)):
            if isinstance(one, sa.Column) and one.name in owners.get(one.table.name, ()):
                if isinstance(other, sa.Column) and other.table.name in here:
                    links.append((one.table.name, other.table.name))
                else:
                    named.add(one.table.name)
    while grown := {one for one, other in links if other in named} - named:
        named |= grown
    if missing := records.keys() - named:
        tables = sorted(_table(one) for one in froms if one.name in missing)
        raise Unowned(f"{', '.join(tables)}: name the owner, or say why not with unowned=…, in: {str(statement)[:500]}")


def _equalities(conditions: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    for condition in conditions:
        for one in visitors.iterate(condition) if condition is not None else ():
            if isinstance(one, sa.BinaryExpression) and one.operator in _EQUAL:
                # only the left side of IN is looked up in the right one
                yield one.left, None if one.operator is operators.in_op else one.right


def _leaves(froms: Iterable[Any]) -> Iterator[Any]:
    for one in froms:
        if isinstance(one, Join):
            yield from _leaves((one.left, one.right))
        elif hasattr(one, "name"):
            yield one


def _on(froms: Iterable[Any]) -> Iterator[Any]:
    for one in froms:
        if isinstance(one, Join):
            yield one.onclause
            yield from _on((one.left, one.right))


def _table(leaf: Any) -> str:
    """The table's name, also of one that has another name in the statement."""
    return str(getattr(leaf, "element", leaf).name) if hasattr(getattr(leaf, "element", leaf), "name") else ""


def _is_of_a_loaded_row(statement: Any) -> bool:
    # the session writes what it has loaded before, by keys that it names so
    keys = [one.right for one in visitors.iterate(statement.whereclause) if isinstance(one, sa.BinaryExpression)]
    names = {f"{statement.table.name}_{column.name}" for column in statement.table.columns}
    return bool(keys) and all(isinstance(key, sa.BindParameter) and key.key in names for key in keys)
