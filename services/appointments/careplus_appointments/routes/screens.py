"""Screens of waiting rooms: the desk creates and revokes them, and their tokens read the waiting room."""

from fastapi import Request

from careplus_appointments.store import screens
from careplus_clinic.clinic_time import day_bounds, local_date
from careplus_contracts import screens as contract
from careplus_contracts.screens import CreateScreen, NewScreen, Screen, ScreenContent, Screens
from careplus_contracts.values import Id, PageFilter
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, PresentedToken, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now, this_second

routes = Routes()


@routes.serve(contract.create_screen)
async def create_screen(body: CreateScreen, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> NewScreen:
    return await screens.create(db, who, body, settings.public_url)


@routes.serve(contract.list_screens)
async def list_screens(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> Screens:
    return await screens.list_all(db, who, query)


@routes.serve(contract.revoke_screen)
async def revoke_screen(screen_id: Id, *, who: CurrentUser, db: WriteDb) -> Screen:
    return await screens.revoke(db, who, screen_id)


@routes.serve(contract.show_screen)
async def show_screen(*, token: PresentedToken, request: Request, db: ReadDb, settings: AppSettings) -> ScreenContent:
    screen = await screens.of_token(db, token)
    assert screen.id is not None
    request.app.state.sightings.add(screen.id, this_second())
    today = local_date(now(), settings.clinic_zone)
    return await screens.content(db, screen, day_bounds(today, today, settings.clinic_zone), now())
