"""The second net: a statement about records of patients that names no owner is refused, whoever wrote it.

An owner is named by comparing one of a table's owner columns with a value, a subquery, or a column of what has an owner itself.
A select, update or delete that is meant for everybody's records says why, with `execution_options(unowned="…")`. It finds what
was forgotten, not what is meant ill: a comparison counts wherever it stands in the condition, also beside an `OR`.
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


class Unowned(RuntimeError):
    """A statement would read or change records of patients without saying whose."""


def watch(engine: sa.Engine) -> None:
    """Refuse such statements on every connection of the engine."""
    # what was looked at already: looking costs more than executing
    seen: set[tuple[str, bool]] = set()

    @sa.event.listens_for(engine, "before_cursor_execute")
    def look(_: Any, __: Any, sql: str, ___: Any, context: Any, ____: bool) -> None:
        key = (sql, context is not None and "unowned" in context.execution_options)
        if key not in seen and context is not None and context.compiled is not None:
            check(context.compiled.statement)
            seen.add(key)


def check(statement: Any) -> None:
    """Raise Unowned where a table of records stands without an owner."""
    if isinstance(statement, sa.Update | sa.Delete) and not _says_why(statement) and not _is_of_a_loaded_row(statement):
        _check([statement.table], [statement.whereclause], statement)
    _walk(statement, frozenset(), statement)


def _walk(element: Any, around: frozenset[str], statement: Any) -> None:
    """Check every select; `around` are the names that it may take from those around it."""
    if isinstance(element, sa.Select):
        froms = element.get_final_froms()
        leaves = [leaf for leaf in _leaves(froms) if leaf.name not in around]
        if not _says_why(element):
            _check(leaves, [*_on(froms), element.whereclause], statement)
        around = around | {leaf.name for leaf in leaves}
    for child in element.get_children():
        _walk(child, frozenset() if isinstance(child, sa.Subquery | sa.CTE) else around, statement)


def _check(leaves: list[Any], conditions: list[Any], statement: Any) -> None:
    records = {leaf.name: OWNERS[_table(leaf)] for leaf in leaves if _table(leaf) in OWNERS}
    if records and (missing := records.keys() - _named(leaves, conditions, records)):
        tables = ", ".join(sorted(_table(leaf) for leaf in leaves if leaf.name in missing))
        raise Unowned(f"{tables}: name the owner, or say why not with unowned=…, in: {str(statement)[:500]}")


def _named(leaves: list[Any], conditions: list[Any], records: dict[str, set[str]]) -> set[str]:
    """What an owner is named of: by a value, or through a link to what has one."""
    owners: dict[str, set[str]] = {**records, **{leaf.name: {"id"} for leaf in leaves if _table(leaf) == PERSON}}
    # a subquery was looked at by itself
    here, named = {leaf.name for leaf in leaves}, {leaf.name for leaf in leaves if not _table(leaf)}
    links: list[tuple[str, str]] = []
    for one, other in _equalities(conditions):
        if not isinstance(one, sa.Column) or one.table.name not in owners:
            continue
        is_link = isinstance(other, sa.Column) and other.table.name in here
        if is_link and (one.primary_key or one.name in owners[one.table.name]):
            links.append((one.table.name, other.table.name))
        elif not is_link and one.name in owners[one.table.name]:
            named.add(one.table.name)
    while grown := {one for one, other in links if other in named} - named:
        named |= grown
    return named


def _equalities(conditions: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    for condition in conditions:
        for one in visitors.iterate(condition) if condition is not None else ():
            if isinstance(one, sa.BinaryExpression) and one.operator is operators.in_op:
                yield one.left, None
            elif isinstance(one, sa.BinaryExpression) and one.operator is operators.eq:
                yield from ((one.left, one.right), (one.right, one.left))


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


def _says_why(statement: Any) -> bool:
    return "unowned" in statement.get_execution_options()


def _is_of_a_loaded_row(statement: Any) -> bool:
    # the session writes what it has loaded before, by keys that it names so
    keys = [one.right for one in visitors.iterate(statement.whereclause) if isinstance(one, sa.BinaryExpression)]
    names = {f"{statement.table.name}_{column.name}" for column in statement.table.columns}
    return bool(keys) and all(isinstance(key, sa.BindParameter) and key.key in names for key in keys)
