"""The day board of reception."""

from datetime import date, timedelta

from careplus_appointments.store import board, reception
from careplus_clinic.clinic_time import day_bounds, local_date
from careplus_contracts import board as contract
from careplus_contracts.board import Board, BoardChanges, DoctorChange
from careplus_contracts.reception import Arrangements
from careplus_contracts.values import PageFilter
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings

routes = Routes()


@routes.serve(contract.show_board)
async def show_board(query: contract.BoardFilter, *, db: ReadDb, settings: AppSettings) -> Board:
    return await board.show(db, query, query.day or _today(settings), now(), settings.clinic_zone)


@routes.serve(contract.show_board_changes)
async def show_board_changes(query: contract.BoardChangesFilter, *, db: ReadDb, settings: AppSettings) -> BoardChanges:
    day = query.day or _today(settings)
    found = await board.changes(db, day, settings.clinic_zone)
    return BoardChanges(day=day, doctors=[DoctorChange(doctor_id=id_, change=text) for id_, text in found.items()])


@routes.serve(contract.list_unfinished)
async def list_unfinished(query: PageFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Arrangements:
    today = _today(settings)
    first, last = today - timedelta(days=contract.UNFINISHED_DAYS), today - timedelta(days=1)
    return await reception.list_unfinished(db, who, query, day_bounds(first, last, settings.clinic_zone))


def _today(settings: Settings) -> date:
    return local_date(now(), settings.clinic_zone)
