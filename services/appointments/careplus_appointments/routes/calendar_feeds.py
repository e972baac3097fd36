"""Calendar feeds: their owners add and revoke them, calendar programs read them."""

from fastapi import Request

from careplus_appointments.store import calendar_feeds
from careplus_clinic.calendar_file import calendar_feed
from careplus_contracts import calendar_feeds as contract
from careplus_contracts.calendar_feeds import AddFeed, CalendarFeeds, FeedToken, NewCalendarFeed
from careplus_contracts.endpoints import Role
from careplus_contracts.values import Id
from careplus_runtime.audit.recorder import identify_owner, identify_patients
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_feeds)
async def list_feeds(*, who: CurrentUser, db: ReadDb) -> CalendarFeeds:
    return await calendar_feeds.list_own(db, who)


@routes.serve(contract.add_feed)
async def add_feed(body: AddFeed, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> NewCalendarFeed:
    return await calendar_feeds.add(db, who, body, settings)


@routes.serve(contract.revoke_feed)
async def revoke_feed(feed_id: Id, *, who: CurrentUser, db: WriteDb) -> None:
    await calendar_feeds.revoke(db, who, feed_id)


@routes.serve(contract.read_feed)
async def read_feed(feed_token: FeedToken, *, request: Request, db: ReadDb, settings: AppSettings) -> str:
    feed, owner = await calendar_feeds.find(db, feed_token)
    visits = await calendar_feeds.visits_of(db, feed)
    identify_owner(request, feed.account_id, Role(feed.role))
    if calendar_feeds.names_patients(feed):
        identify_patients(request, {visit.patient_id for visit in visits})
    return calendar_feed(settings.hospital, [calendar_feeds.event_of(one, feed, owner, settings) for one in visits])
