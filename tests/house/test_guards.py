"""What cannot get past the house: each is planted here, and refused."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from careplus_contracts.endpoints import Contract, Endpoint, Role
from careplus_contracts.everything import ENDPOINTS, SERVICES
from careplus_contracts.values import Answer, Id
from careplus_runtime.concerned import patients_in
from careplus_runtime.serving import Routes, application
from careplus_tables import everything
from careplus_tables.appointments import AppointmentRow
from careplus_tables.labs import LabResultRow, ObservationRow
from careplus_tables.ownership import OWNERS, Unowned, check
from careplus_tables.prescriptions import PrescriptionItemRow, PrescriptionRow

SERVICES_ROOT = Path(__file__).parents[2] / "services"
RECORDS = {
    kind.__name__
    for file in everything.FILES
    for kind in vars(file).values()
    if isinstance(kind, type) and issubclass(kind, SQLModel) and getattr(kind, "__tablename__", None) in OWNERS
}
"""The classes of rows that belong to patients."""
WITHOUT_WHO = {
    "appointments.store.appointments.book": "the patient's id is an argument: reception books for others",
    "appointments.store.appointments.move": "takes a row that was found for its owner",
    "appointments.store.appointments.save": "takes a row that was found for its owner",
    "appointments.store.appointments.show": "shows what was found for its owner",
    "appointments.store.appointments.show_visit": "shows what was found for its owner",
    "appointments.store.calendars.of_doctor": "when somebody is busy, not with whom",
    "appointments.store.calendars.of_doctors": "when somebody is busy, not with whom",
    "doctors.store.charts.allergies": "takes a chart that was found for its reader",
    "doctors.store.charts.set_allergies": "takes a chart that was held for its doctor",
    "doctors.store.charts.set_problems": "takes a chart that was held for its doctor",
    "doctors.store.stats.stats": "counts, and shows nobody's",
    "labs.store.bookings.take": "takes a row that was found for its reader",
    "labs.store.entry.result_of": "takes a booking that was found for the laboratory",
    "labs.store.entry.take_back_unverified": "takes a booking that was found for the laboratory",
    "labs.store.places.insert": "takes the row that is booked",
    "labs.store.places.slots": "how many have a place, not who",
    "labs.store.results.show": "takes a row that was found for its reader",
    "labs.store.results.shown": "takes rows that were found for their reader",
}
"""Functions of stores that touch records and take no `who`, with the reason."""


def functions(path: Path) -> Iterator[ast.AsyncFunctionDef]:
    """What others call in a store."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node


def touches_records(source: str) -> bool:
    """Whether a store names rows that belong to patients."""
    return any(isinstance(node, ast.Name) and node.id in RECORDS for node in ast.walk(ast.parse(source)))


def without_who(path: Path) -> set[str]:
    if not touches_records(path.read_text()):
        return set()
    place = ".".join(path.relative_to(SERVICES_ROOT).with_suffix("").parts[0::1]).replace(".careplus_", "@")
    service, _, rest = place.partition("@")
    module = f"{service}.{rest.partition('.')[2]}"
    named = ((node, {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}) for node in functions(path))
    return {f"{module}.{node.name}" for node, arguments in named if "who" not in arguments}


def stores() -> list[Path]:
    return sorted(SERVICES_ROOT.glob("*/careplus_*/store/*.py"))


def test_functions_that_touch_records_take_who() -> None:
    found = {name for path in stores() for name in without_who(path)}
    assert found == set(WITHOUT_WHO)


def test_a_planted_one_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = tmp_path / "labs" / "careplus_labs" / "store" / "planted.py"
    planted.parent.mkdir(parents=True)
    planted.write_text("async def everything(db):\n    return select(LabResultRow)\n")
    monkeypatch.setattr("tests.house.test_guards.SERVICES_ROOT", tmp_path)
    assert without_who(planted) == {"labs.store.planted.everything"}


def rows_in(kind: object, seen: frozenset[object] = frozenset()) -> set[str]:
    """Table rows anywhere in the type of an answer."""
    if kind in seen:
        return set()
    found = {kind.__name__} if isinstance(kind, type) and issubclass(kind, SQLModel) else set()
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        inner = [field.annotation for field in kind.model_fields.values()]
    else:
        inner = list(getattr(kind, "__args__", ()))
    return found.union(*(rows_in(one, seen | {kind}) for one in inner))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_no_row_goes_out(endpoint: Endpoint[..., object]) -> None:
    assert rows_in(endpoint.answer) == set()


def test_a_row_that_goes_out_is_seen() -> None:
    class Leak(Answer):
        items: list[AppointmentRow]

    assert rows_in(Leak) == {"AppointmentRow"}
    assert rows_in(LabResultRow | None) == {"LabResultRow"}


def test_a_route_without_a_contract_is_refused() -> None:
    promised, own = Contract(service="tests", tag="tests"), Contract(service="tests", tag="tests")

    @own.get("/records/{record_id}", roles={Role.DOCTOR})
    async def show_record(record_id: Id) -> Answer:
        """Show a record."""
        raise NotImplementedError

    routes = Routes()

    @routes.serve(show_record)
    async def serve(record_id: Id) -> Answer:
        raise NotImplementedError

    with pytest.raises(TypeError, match=r"served and not promised.*show_record"):
        application("tests", contracts=[promised], routes=[routes])


@pytest.mark.parametrize("service", SERVICES)
def test_services_have_no_other_routes(service: str) -> None:
    found = [
        (path.name, node.func.attr)
        for path in (SERVICES_ROOT / service).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in {"add_api_route", "add_route", "api_route", "mount", "include_router"}
    ]
    assert found == []


OTHER = aliased(AppointmentRow)
OWNED = [
    sa.select(AppointmentRow).where(col(AppointmentRow.patient_id) == 7, col(AppointmentRow.id) == 1),
    sa.select(OTHER).where(col(OTHER.doctor_id).in_([1, 2])),
    sa.select(PrescriptionItemRow)
    .join(PrescriptionRow, col(PrescriptionRow.id) == col(PrescriptionItemRow.prescription_id))
    .where(col(PrescriptionRow.doctor_id) == 7),
    sa.delete(ObservationRow).where(col(ObservationRow.result_id) == 1),
    sa.select(AppointmentRow).execution_options(unowned="said"),
]
NOBODYS = [
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


@pytest.mark.parametrize("statement", OWNED)
def test_a_statement_that_names_an_owner_passes(statement: sa.Executable) -> None:
    check(statement)


@pytest.mark.parametrize("statement", NOBODYS)
def test_a_statement_that_names_none_is_refused(statement: sa.Executable) -> None:
    with pytest.raises(Unowned, match="name the owner"):
        check(statement)


def test_every_table_of_records_is_known() -> None:
    tables = everything.METADATA.tables
    assert OWNERS.keys() <= tables.keys()
    assert all(owners <= set(tables[name].columns.keys()) for name, owners in OWNERS.items())
    others = {name for name, table in tables.items() if "patient_id" in table.columns} - OWNERS.keys()
    assert others == {"audit_patients"}, "whom an event concerns is not part of the record"


def test_patients_are_found_in_answers_however_deep() -> None:
    from careplus_contracts.availability import NewTimeOff
    from careplus_contracts.labs import LabTests

    assert patients_in(NewTimeOff) is not None
    assert patients_in(LabTests) is None
    assert inspect.signature(patients_in).return_annotation is not None
