"""The appointments service."""

from careplus_appointments.background import with_tasks
from careplus_appointments.routes import (
    account_bookings,
    appointments,
    availability,
    board,
    calendar_feeds,
    check_in,
    closed_days,
    finding,
    follow_ups,
    note_templates,
    notes,
    reception,
    screens,
    series,
    signing,
    specialty_ages,
    to_move,
    video,
    visit_types,
    waitlist,
)
from careplus_contracts import appointments as appointments_contract
from careplus_contracts import availability as availability_contract
from careplus_contracts import board as board_contract
from careplus_contracts import booking_limits
from careplus_contracts import calendar_feeds as calendar_feeds_contract
from careplus_contracts import check_in as check_in_contract
from careplus_contracts import closed_days as closed_days_contract
from careplus_contracts import desk_availability as desk_availability_contract
from careplus_contracts import finding as finding_contract
from careplus_contracts import follow_ups as follow_ups_contract
from careplus_contracts import note_templates as note_templates_contract
from careplus_contracts import notes as notes_contract
from careplus_contracts import own_visit_types as own_visit_types_contract
from careplus_contracts import reception as reception_contract
from careplus_contracts import screens as screens_contract
from careplus_contracts import series as series_contract
from careplus_contracts import signing as signing_contract
from careplus_contracts import specialty_ages as specialty_ages_contract
from careplus_contracts import to_move as to_move_contract
from careplus_contracts import video_visits as video_contract
from careplus_contracts import visit_types as visit_types_contract
from careplus_contracts import waitlist as waitlist_contract
from careplus_runtime.http.serving import application

app = application(
    "appointments",
    contracts=(
        finding_contract.api,
        specialty_ages_contract.api,
        visit_types_contract.api,
        own_visit_types_contract.api,
        appointments_contract.api,
        follow_ups_contract.api,
        video_contract.api,
        series_contract.api,
        reception_contract.api,
        board_contract.api,
        screens_contract.api,
        check_in_contract.api,
        booking_limits.api,
        notes_contract.api,
        signing_contract.api,
        note_templates_contract.api,
        calendar_feeds_contract.api,
        availability_contract.api,
        desk_availability_contract.api,
        to_move_contract.api,
        closed_days_contract.api,
        waitlist_contract.api,
    ),
    routes=(
        *(finding.routes, specialty_ages.routes, appointments.routes, follow_ups.routes, reception.routes, board.routes),
        *(notes.routes, signing.routes, note_templates.routes, calendar_feeds.routes, availability.routes),
        *(closed_days.routes, account_bookings.routes, screens.routes, check_in.routes, to_move.routes),
        *(waitlist.routes, visit_types.routes, video.routes, series.routes),
    ),
    lifespan=with_tasks,
)
