"""Series of visits, booked by the desk or a doctor."""

from careplus_appointments import series
from careplus_appointments.store import appointments, reception
from careplus_contracts import series as contract
from careplus_contracts.series import ArrangedSeries, ArrangeSeries, BookSeries, SeriesOfVisits, SeriesTimes
from careplus_contracts.values import Id
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.care import check_in_care, check_standing_care

routes = Routes()


@routes.serve(contract.list_series_times)
async def list_series_times(
    query: contract.DeskSeriesRule, *, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> SeriesTimes:
    await reception.check_patient(db, who, query.patient_id)
    return await series.preview(db, settings, who, query.patient_id, query.doctor_id, query)


@routes.serve(contract.arrange_series)
async def arrange_series(body: ArrangeSeries, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> ArrangedSeries:
    await reception.check_patient(db, who, body.patient_id)
    booked = await series.book(db, settings, who, body.patient_id, body.doctor_id, body)
    return ArrangedSeries(items=await reception.of_ids(db, who, booked))


@routes.serve(contract.list_own_series_times)
async def list_own_series_times(
    patient_id: Id, query: contract.SeriesRule, *, who: CurrentUser, db: ReadDb, settings: AppSettings
) -> SeriesTimes:
    await check_in_care(db, who, patient_id)
    return await series.preview(db, settings, who, patient_id, who.id, query)


@routes.serve(contract.book_series, path_record=check_in_care)
async def book_series(
    patient_id: Id, body: BookSeries, *, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> SeriesOfVisits:
    await check_in_care(db, who, patient_id)
    await check_standing_care(db, who, patient_id)
    booked = await series.book(db, settings, who, patient_id, who.id, body)
    return SeriesOfVisits(items=[await appointments.show_visit(db, id_) for id_ in booked])
