"""Faults that the framework or a check must refuse; each test contains one."""

import ast
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from careplus_contracts.endpoints import Contract, Endpoint, Role
from careplus_contracts.registry import ENDPOINTS, SERVICES
from careplus_contracts.values import Answer, Id
from careplus_runtime.audit.subjects import patient_ids_in
from careplus_runtime.http.serving import Routes, application
from careplus_tables import registry as everything
from careplus_tables.appointments import AppointmentRow
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import Database
from careplus_tables.labs import LabResultRow, ObservationRow
from careplus_tables.prescriptions import PrescriptionItemRow, PrescriptionRow
from careplus_tables.record_guard import OWNERS, MissingPatientFilter, check
from tests.templates import migrated_file

SERVICES_ROOT = Path(__file__).parents[2] / "services"


def rows_in(kind: object, seen: frozenset[object] = frozenset()) -> set[str]:
    """Yield table rows anywhere in the type of an answer."""
    if kind in seen:
        return set()
    found = {kind.__name__} if isinstance(kind, type) and issubclass(kind, SQLModel) else set()
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        inner = [field.annotation for field in kind.model_fields.values()]
    else:
        inner = list(getattr(kind, "__args__", ()))
    return found.union(*(rows_in(one, seen | {kind}) for one in inner))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_answers_contain_no_table_row(endpoint: Endpoint[..., object]) -> None:
    assert rows_in(endpoint.answer) == set()


def test_table_row_in_answer_is_found() -> None:
    class Leak(Answer):
        items: list[AppointmentRow]

    assert rows_in(Leak) == {"AppointmentRow"}
    assert rows_in(LabResultRow | None) == {"LabResultRow"}


def test_route_without_contract_is_refused() -> None:
    promised, own = Contract(service="tests", tag="tests"), Contract(service="tests", tag="tests")

    @own.get("/records/{record_id}", roles={Role.DOCTOR})
    async def show_record(record_id: Id) -> Answer:
        """Show a record."""
        raise NotImplementedError

    routes = Routes()

    @routes.serve(show_record)
    async def serve(record_id: Id) -> Answer:
        raise NotImplementedError

    with pytest.raises(TypeError, match=r"served and not declared.*show_record"):
        application("tests", contracts=[promised], routes=[routes])


VERBS = {"get", "put", "post", "delete", "patch", "head", "options", "trace", "websocket", "route"}
ADDING = {"add_api_route", "add_api_websocket_route", "add_route", "add_websocket_route", "api_route", "mount", "include_router"}


def routes_in(source: str) -> list[str]:
    """Return the calls that add a FastAPI route: `add_route` and similar, and decorators such as `@app.get("/x")`."""
    return [
        node.func.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in ADDING
        or (node.func.attr in VERBS and str(getattr([*node.args, None][0], "value", "")).startswith("/"))
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_services_have_no_other_routes(service: str) -> None:
    found = [(path.name, routes_in(path.read_text())) for path in (SERVICES_ROOT / service).rglob("*.py")]
    assert [one for one in found if one[1]] == []


def test_route_outside_contracts_is_found() -> None:
    assert routes_in('@app.get("/x")\nasync def show(): ...\napp.add_route("/y", show)') == ["get", "add_route"]


OTHER = aliased(AppointmentRow)
WITH_OWNER = [
    sa.select(AppointmentRow).where(col(AppointmentRow.patient_id) == 7, col(AppointmentRow.id) == 1),
    sa.select(OTHER).where(col(OTHER.doctor_id).in_([1, 2])),
    sa.select(PrescriptionItemRow)
    .join(PrescriptionRow, col(PrescriptionRow.id) == col(PrescriptionItemRow.prescription_id))
    .where(col(PrescriptionRow.doctor_id) == 7),
    sa.delete(ObservationRow).where(col(ObservationRow.result_id) == 1),
    sa.select(AppointmentRow).execution_options(cross_patient="said"),
]
WITHOUT_OWNER = [
    sa.select(AppointmentRow),
    sa.select(AppointmentRow).where(col(AppointmentRow.id) == 1),
    sa.select(AppointmentRow).where(col(AppointmentRow.patient_id) != 7),
    sa.select(OTHER).join(AppointmentRow, col(AppointmentRow.patient_id) == col(OTHER.patient_id)),
    sa.select(PrescriptionItemRow).join(PrescriptionRow, col(PrescriptionRow.id) == col(PrescriptionItemRow.prescription_id)),
    sa.select(sa.func.count()).select_from(sa.select(LabResultRow).subquery()),
    sa.select(AppointmentRow).where(col(AppointmentRow.patient_id).in_(sa.select(col(LabResultRow.patient_id)))),
    sa.update(AppointmentRow).values(status="cancelled").where(col(AppointmentRow.id) == 1),
    sa.delete(LabResultRow),
]


@pytest.mark.parametrize("statement", WITH_OWNER)
def test_statement_with_owner_passes(statement: sa.Executable) -> None:
    check(statement)


@pytest.mark.parametrize("statement", WITHOUT_OWNER)
def test_statement_without_owner_is_refused(statement: sa.Executable) -> None:
    with pytest.raises(MissingPatientFilter, match="add a condition on an owner"):
        check(statement)


@pytest.mark.parametrize("planted", [sa.select(AppointmentRow), sa.delete(LabResultRow)])
async def test_statement_without_owner_is_refused_when_run(tmp_path: Path, planted: Any) -> None:
    database = Database(migrated_file(tmp_path))
    try:
        for opened in (database.reading, database.writing):
            with pytest.raises(MissingPatientFilter):
                async with opened() as db:
                    await db.execute(planted)
            with pytest.raises(MissingPatientFilter):
                async with opened() as db:
                    await CompiledStatement(planted).all(db)
    finally:
        await database.close()


def test_record_tables_have_their_owner_columns() -> None:
    tables = everything.METADATA.tables
    assert OWNERS.keys() <= tables.keys()
    assert all(owners <= set(tables[name].columns.keys()) for name, owners in OWNERS.items())
    others = {name for name, table in tables.items() if "patient_id" in table.columns} - OWNERS.keys()
    assert others == {"audit_patients"}, "audit_patients is no record of a patient"


def test_patient_ids_in_finds_nested_patients() -> None:
    from careplus_contracts.availability import NewTimeOff
    from careplus_contracts.lab_catalogue import LabTests

    assert patient_ids_in(NewTimeOff) is not None
    assert patient_ids_in(LabTests) is None
