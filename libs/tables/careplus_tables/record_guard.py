"""Refuses a statement about records of patients that has no condition on an owner; a second check behind the store functions.

A condition compares one of a table's owner columns with a value, with a subquery, or with a column of a table that has such a
condition. A select, update or delete across patients gives its reason: `execution_options(cross_patient="…")`. The check finds
omissions, not attacks: a comparison counts anywhere in the condition, also beside an `OR`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.functions import coalesce
from sqlalchemy.sql.selectable import Join

from careplus_tables.derived import check_update

OWNERS = {
    "appointments": {"patient_id", "doctor_id"},
    "notes": {"appointment_id", "author_id"},
    "addenda": {"appointment_id"},
    "charts": {"patient_id"},
    "allergies": {"patient_id"},
    "problems": {"patient_id"},
    "chart_changes": {"patient_id"},
    "chart_access": {"patient_id", "doctor_id"},
    "access_reviews": {"access_id"},
    "prescriptions": {"patient_id", "doctor_id"},
    "prescription_items": {"prescription_id"},
    "refills": {"patient_id", "doctor_id", "prescription_id", "answered_by_id"},
    "refill_items": {"refill_id"},
    "referrals": {"patient_id", "from_doctor_id", "to_doctor_id", "accepted_by_id", "to_specialty_key"},
    "certificates": {"patient_id", "doctor_id"},
    "vital_signs": {"patient_id", "recorded_by_id"},
    "lab_bookings": {"patient_id", "ordered_by_id"},
    "lab_booking_tests": {"booking_id"},
    "lab_results": {"patient_id", "booking_id", "ordered_by_id"},
    "result_reviews": {"result_id", "doctor_id"},
    "observations": {"patient_id", "result_id"},
    "result_comments": {"patient_id", "result_id"},
    "result_versions": {"patient_id", "result_id"},
    "version_observations": {"patient_id", "result_id"},
    "proposed_corrections": {"patient_id", "result_id"},
    "specimens": {"patient_id", "booking_id"},
    "critical_communications": {"patient_id", "result_id"},
    "notices": {"account_id"},
    "notice_choices": {"account_id"},
    "waitlist_entries": {"patient_id"},
    "waitlist_offers": {"entry_id", "appointment_id"},
}
"""Tables of patients' records, with the columns that name their owners; parts of a record have the record's owner."""
PERSON = "accounts"


class MissingPatientFilter(RuntimeError):
    """The statement would read or change records of any patient."""


def install(engine: sa.Engine) -> None:
    """Check each statement on every connection of the engine."""
    # checking costs more than executing, so check each statement once
    checked: set[tuple[str, bool]] = set()

    @sa.event.listens_for(engine, "before_cursor_execute")
    def check_once(_: Any, __: Any, sql: str, ___: Any, context: Any, ____: bool) -> None:
        key = (sql, context is not None and "cross_patient" in context.execution_options)
        if key not in checked and context is not None and context.compiled is not None:
            check(context.compiled.statement)
            if isinstance(context.compiled.statement, sa.Update) and not _is_of_a_loaded_row(context.compiled.statement):
                check_update(context.compiled.statement, context)
            checked.add(key)


def check(statement: Any) -> None:
    """Raise MissingPatientFilter when a table of records has no condition on an owner."""
    if isinstance(statement, sa.Update | sa.Delete) and not _is_cross_patient(statement) and not _is_of_a_loaded_row(statement):
        _check([statement.table], [statement.whereclause], statement)
    _check_selects(statement, frozenset(), statement)


def _check_selects(element: Any, outer: frozenset[str], statement: Any) -> None:
    """Check every select; `outer` are the table names of the selects around it, which it may correlate to."""
    if isinstance(element, sa.Select):
        froms = element.get_final_froms()
        leaves = [leaf for leaf in _leaves(froms) if leaf.name not in outer]
        if not _is_cross_patient(element):
            _check(leaves, [*_on(froms), element.whereclause], statement)
        outer = outer | {leaf.name for leaf in leaves}
    for child in element.get_children():
        _check_selects(child, frozenset() if isinstance(child, sa.Subquery | sa.CTE) else outer, statement)


def _check(leaves: list[Any], conditions: list[Any], statement: Any) -> None:
    records = {leaf.name: OWNERS[_table(leaf)] for leaf in leaves if _table(leaf) in OWNERS}
    if records and (missing := records.keys() - _owned(leaves, conditions, records)):
        tables = ", ".join(sorted(_table(leaf) for leaf in leaves if leaf.name in missing))
        raise MissingPatientFilter(
            f"{tables}: add a condition on an owner, or the reason with cross_patient=…, in: {str(statement)[:500]}"
        )


def _owned(leaves: list[Any], conditions: list[Any], records: dict[str, set[str]]) -> set[str]:
    """Return the tables with a condition on an owner: by a value, or by a link to a table that has one."""
    owners: dict[str, set[str]] = {**records, **{leaf.name: {"id"} for leaf in leaves if _table(leaf) == PERSON}}
    # subqueries are checked by themselves
    names, owned = {leaf.name for leaf in leaves}, {leaf.name for leaf in leaves if not _table(leaf)}
    links: list[tuple[str, str]] = []
    for one, other in _equalities(conditions):
        if not isinstance(one, sa.Column) or one.table.name not in owners:
            continue
        is_link = isinstance(other, sa.Column) and other.table.name in names
        if is_link and (one.primary_key or one.name in owners[one.table.name]):
            links.append((one.table.name, other.table.name))
        elif not is_link and one.name in owners[one.table.name]:
            owned.add(one.table.name)
    while grown := {one for one, other in links if other in owned} - owned:
        owned |= grown
    return owned


def _equalities(conditions: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    for condition in conditions:
        for one in visitors.iterate(condition) if condition is not None else ():
            if isinstance(one, sa.BinaryExpression) and one.operator is operators.in_op:
                # coalesce compares the same column, without its index
                is_coalesced = isinstance(one.left, coalesce)
                yield next(iter(one.left.clauses)) if is_coalesced else one.left, None
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
    """Return the table's name, also of an alias."""
    return str(getattr(leaf, "element", leaf).name) if hasattr(getattr(leaf, "element", leaf), "name") else ""


def _is_cross_patient(statement: Any) -> bool:
    return "cross_patient" in statement.get_execution_options()


def _is_of_a_loaded_row(statement: Any) -> bool:
    # the session writes rows that it has loaded, by keys with these parameter names
    keys = [one.right for one in visitors.iterate(statement.whereclause) if isinstance(one, sa.BinaryExpression)]
    names = {f"{statement.table.name}_{column.name}" for column in statement.table.columns}
    return bool(keys) and all(isinstance(key, sa.BindParameter) and key.key in names for key in keys)
