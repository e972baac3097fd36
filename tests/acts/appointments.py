"""Acts of appointments, notes, working hours and time off."""

from tests.acts.act import Act, Json, Mark, Race
from tests.acts.context import WEEK, ActContext
from tests.world import made

BOTH = {"patient": "/api/appointments/{id}", "doctor": "/api/doctor/appointments/{id}"}
NOTES = "/api/doctor/appointments/{appointment_id}/notes"
TEMPLATES, HOUSE_TEMPLATES = "/api/doctor/note-templates", "/api/admin/note-templates"
REGION = "?country=DE&subdivision=BE"
FEEDS = "/api/me/calendar-feeds"
OF_TYPES, TYPES = "types of visits of any patient", "/api/admin/visit-types?limit=100"
OF_SCREENS = "screens of waiting rooms"
HOURS = "/api/reception/doctors/{doctor_id}/availability"
SOONEST = "/api/doctor/appointments?limit=100"
SERIES = "?starts_at=2030-01-07T09:00:00Z&every=week&count=3"
SERIES_OF_DESK = f"{SERIES}&patient_id={{patient_id}}&doctor_id={{doctor_id}}"
NO_PATIENT = "texts for the notes of any patient"


def template_numbered(_: ActContext, number: int) -> Json:
    return {"kind": "block", "title": f"Title {number}", "text": "{age}"}


def feed_to_revoke(c: ActContext) -> Json:
    """Return a new feed of the patient. The ones before are revoked, because the number is bounded."""
    http = c.http("patient")
    for one in made(http.get(FEEDS), 200)["items"]:
        if one["id"] != c.world.ids["feed_id"]:
            made(http.delete(f"{FEEDS}/{one['id']}"), 204)
    return {"feed_id": made(http.post(FEEDS, json={"name": "Phone"}))["id"]}


ACTS = (
    Act(
        "book",
        body=lambda c: {"starts_at": c.free_time()},
        read_back=BOTH,
        mark=Mark("reason", "SELECT reason FROM appointments", events=("book",)),
    ),
    Act(
        "reschedule",
        path=lambda c: {"appointment_id": c.visit()},
        body=lambda c: {"starts_at": c.free_time()},
        race=Race(read="/api/appointments/{appointment_id}", body=lambda c, _: {"starts_at": c.free_time()}),
    ),
    Act(
        "cancel",
        path=lambda c: {"appointment_id": c.visit()},
        read_back=BOTH,
        race=Race(read="/api/appointments/{appointment_id}", body=lambda _, number: {"reason": f"Reason {number}"}),
    ),
    Act(
        "arrange",
        body=lambda c: {"starts_at": c.free_time()},
        # reception writes the reason, and does not read it
        read_back={"doctor": "/api/doctor/appointments/{id}"},
        only_read_back=("reason",),
    ),
    Act(
        "rearrange",
        path=lambda c: {"appointment_id": c.visit()},
        # the only change that takes this text; `overbook` goes with another one, and is tested by `arrange`
        fixed=("overbook",),
        body=lambda _: {"starts_at": None, "doctor_id": None, "status": "cancelled"},
        read_back={"patient": "/api/appointments/{id}"},
        only_read_back=("reason",),
        race=Race(body=lambda c, _: {"starts_at": c.free_time()}),
    ),
    Act(
        "update_visit",
        path=lambda c: {"appointment_id": c.visit()},
        # goes with the status cancelled alone: tests/journeys/test_cancel_reasons.py
        fixed=("reason",),
        read_back={"doctor": "/api/doctor/appointments/{id}"},
        race=Race(
            read="/api/doctor/appointments/{appointment_id}",
            body=lambda _, number: {"status": "confirmed", "note": f"Note {number}"},
        ),
    ),
    Act(
        "reopen_visit",
        path=lambda c: {"appointment_id": c.completed_visit()},
        race=Race(read="/api/doctor/appointments/{appointment_id}", body=lambda _, __: {}),
    ),
    # the example names a doctor; a specialty stands instead of one: tests/journeys/test_waitlist.py
    Act(
        "join_waitlist",
        before=lambda c: c.leave_waitlist(),
        fixed=("specialty",),
        read_back={"patient": "/api/waitlist"},
    ),
    Act("leave_waitlist", path=lambda c: {"entry_id": c.waitlist_entry()}),
    Act(
        "accept_offer",
        path=lambda c: {"appointment_id": c.offer()},
        race=Race(read="/api/appointments/{appointment_id}", body=lambda _, __: {}),
    ),
    Act(
        "decline_offer",
        path=lambda c: {"appointment_id": c.offer()},
        race=Race(read="/api/appointments/{appointment_id}", body=lambda _, __: {}),
    ),
    Act("list_desk_entries", finds="?patient_id={patient_id}"),
    Act(
        "join_waitlist_for",
        before=lambda c: c.leave_waitlist(),
        fixed=("specialty",),
        read_back={"reception": "/api/reception/waitlist"},
    ),
    Act("remove_entry", path=lambda c: {"entry_id": c.waitlist_entry()}),
    Act("withdraw_offer", path=lambda c: {"appointment_id": c.offer()}, race=Race(body=lambda _, __: {})),
    Act("list_follow_up_times", query="?interval=6_weeks", finds="?interval=6_weeks"),
    Act(
        "book_follow_up",
        body=lambda c: {"starts_at": c.free_time()},
        read_back=BOTH,
        mark=Mark("reason", "SELECT reason FROM appointments", events=("book_follow_up",)),
    ),
    Act("list_series_times", query=SERIES_OF_DESK, finds=SERIES_OF_DESK),
    Act("list_own_series_times", query=SERIES, finds=SERIES),
    Act(
        "arrange_series",
        body=lambda c: {"starts": [c.free_time(), c.free_time()]},
        # reception writes the reason, and does not read it
        read_back={"doctor": SOONEST},
        only_read_back=("reason",),
    ),
    Act("book_series", body=lambda c: {"starts": [c.free_time(), c.free_time()]}, read_back={"patient": "/api/appointments"}),
    Act(
        "move_visit",
        path=lambda c: {"appointment_id": c.visit()},
        body=lambda c: {"starts_at": c.free_time()},
        race=Race(read="/api/doctor/appointments/{appointment_id}", body=lambda c, _: {"starts_at": c.free_time()}),
    ),
    Act(
        "write_notes",
        path=lambda c: {"appointment_id": c.visit()},
        read_back={"doctor": NOTES},
        race=Race(read=NOTES, body=lambda _, number: {"text": f"Draft {number}"}),
    ),
    Act(
        "set_availability",
        # the same slot length as before, so that free times already read stay valid
        body=lambda _: {"slot_minutes": 30, "rules": WEEK},
        read_back={"doctor": "/api/doctor/availability"},
        race=Race(
            person="other_doctor",
            read="/api/doctor/availability",
            body=lambda _, number: {"slot_minutes": 30, "place": f"Room {number}", "rules": WEEK},
        ),
        no_patient="hours that no visit is outside of",
    ),
    Act(
        "take_time_off",
        body=lambda c: c.time_off(),
        read_back={"doctor": "/api/doctor/time-off?limit=2"},
        no_patient="a day without visits",
    ),
    Act(
        "cancel_time_off",
        path=lambda c: {"time_off_id": made(c.http("doctor").post("/api/doctor/time-off", json=c.time_off()))["id"]},
    ),
    Act("add_extra_hours", body=lambda c: c.extra_hours(), no_patient="a day of the doctor"),
    Act(
        "remove_extra_hours",
        path=lambda c: {"extra_hours_id": made(c.http("doctor").post("/api/doctor/extra-hours", json=c.extra_hours()))["id"]},
    ),
    Act(
        "set_hours_of_doctor",
        body=lambda _: {"slot_minutes": 30, "rules": WEEK},
        read_back={"reception": HOURS, "doctor": "/api/doctor/availability"},
        race=Race(
            read=HOURS,
            path=lambda c: {"doctor_id": c.people["other_doctor"].id},
            body=lambda _, number: {"slot_minutes": 30, "place": f"Room {number}", "rules": WEEK},
        ),
        no_patient="hours that no visit is outside of",
    ),
    Act(
        "take_time_off_of_doctor",
        body=lambda c: c.time_off(),
        read_back={"reception": "/api/reception/doctors/{doctor_id}/time-off?limit=2", "doctor": "/api/doctor/time-off?limit=2"},
        no_patient="a day without visits",
    ),
    Act(
        "cancel_time_off_of_doctor",
        path=lambda c: {"time_off_id": made(c.http("doctor").post("/api/doctor/time-off", json=c.time_off()))["id"]},
    ),
    Act("add_extra_hours_of_doctor", body=lambda c: c.extra_hours(), no_patient="a day of the doctor"),
    Act(
        "remove_extra_hours_of_doctor",
        path=lambda c: {"extra_hours_id": made(c.http("doctor").post("/api/doctor/extra-hours", json=c.extra_hours()))["id"]},
    ),
    Act(
        "move_visits",
        body=lambda c: {"moves": [{"appointment_id": c.visit(), "version": 1, "starts_at": c.free_time(), "doctor_id": None}]},
    ),
    Act(
        "set_closed_days",
        # no region, and a day without visits, so that free times already read stay valid
        body=lambda _: {"country": None, "subdivision": None, "own": [{"day": "2090-06-14", "name": "Outing"}], "opened": []},
        read_back={"reception": "/api/admin/closed-days", "stranger": "/api/closed-days?from=2090-01-01"},
        fixed=("country", "subdivision"),
        race=Race(
            read="/api/admin/closed-days",
            body=lambda _, number: {
                "country": None,
                "subdivision": None,
                "own": [{"day": "2090-06-14", "name": f"Outing {number}"}],
                "opened": [],
            },
        ),
        no_patient="days without visits",
    ),
    Act("list_holidays", query=REGION, finds=REGION, no_patient="public holidays"),
    Act(
        "set_specialty_ages",
        # a specialty without doctors here, so that free times already read stay valid
        body=lambda _: {"limits": [{"code": "sports_medicine", "min_age": 18, "max_age": None}]},
        fixed=("min_age", "max_age", "code"),
        race=Race(
            read="/api/admin/specialty-ages",
            body=lambda _, number: {"limits": [{"code": "sports_medicine", "min_age": number + 1}]},
        ),
        no_patient="specialties without patients",
    ),
    Act("show_specialty_ages", no_patient="specialties of the hospital"),
    Act("list_visit_types", no_patient=OF_TYPES),
    Act(
        "create_visit_type",
        before=lambda c: c.deactivate_types(),
        # an address, and texts that go together: tests/journeys/test_visit_types.py
        fixed=("video_template",),
        read_back={"admin": TYPES},
        no_patient=OF_TYPES,
    ),
    Act(
        "change_visit_type",
        path=lambda c: {"visit_type_id": c.visit_type()},
        fixed=("video_template",),
        read_back={"admin": TYPES},
        race=Race(body=lambda c, number: c.example("create_visit_type", name_en=f"Type {number}")),
        no_patient=OF_TYPES,
    ),
    Act("show_own_visit_types", no_patient=OF_TYPES),
    Act(
        "set_own_visit_types",
        # as long as a slot, so that free times already read stay valid
        body=lambda c: {"types": [{"visit_type_id": c.world.ids["visit_type_id"], "minutes": 30}]},
        race=Race(
            person="other_doctor",
            read="/api/doctor/visit-types",
            body=lambda _, __: {"types": []},
        ),
        no_patient=OF_TYPES,
    ),
    Act("list_holiday_countries", no_patient="public holidays"),
    Act("show_closed_days", no_patient="days of the hospital"),
    Act("create_screen", read_back={"reception": "/api/reception/screens"}, no_patient=OF_SCREENS),
    Act("list_screens", no_patient=OF_SCREENS),
    Act("revoke_screen", path=lambda c: {"screen_id": c.screen()}, no_patient=OF_SCREENS),
    Act("show_screen", no_patient="the ends of references, which name no patient"),
    Act("show_check_in", body=lambda c: {"check_in_code": c.check_in_code()}, no_patient="the end of a reference"),
    Act("check_in", body=lambda c: {"check_in_code": c.check_in_code()}),
    Act(
        "sign_and_complete",
        path=lambda c: {"appointment_id": c.visit_in_progress()},
        read_back={"doctor": NOTES},
        race=Race(read=NOTES, body=lambda _, number: {"text": f"Note {number}"}),
    ),
    Act(
        "add_template",
        read_back={"doctor": f"{TEMPLATES}/{{id}}"},
        mark=Mark("title", "SELECT title FROM note_templates", events=("add_template",)),
        no_patient=NO_PATIENT,
    ),
    Act(
        "change_template",
        path=lambda c: {"template_id": c.note_template()},
        read_back={"doctor": f"{TEMPLATES}/{{id}}"},
        race=Race(read=f"{TEMPLATES}/{{template_id}}", body=template_numbered),
        no_patient=NO_PATIENT,
    ),
    Act("delete_template", path=lambda c: {"template_id": c.note_template()}, no_patient=NO_PATIENT),
    Act("list_templates", no_patient=NO_PATIENT),
    Act("show_template", no_patient=NO_PATIENT),
    Act("add_house_template", read_back={"admin": f"{HOUSE_TEMPLATES}/{{id}}"}, no_patient=NO_PATIENT),
    Act(
        "change_house_template",
        path=lambda c: {"house_template_id": c.note_template("admin")},
        read_back={"admin": f"{HOUSE_TEMPLATES}/{{id}}", "doctor": f"{TEMPLATES}/{{id}}"},
        race=Race(read=f"{HOUSE_TEMPLATES}/{{house_template_id}}", body=template_numbered),
        no_patient=NO_PATIENT,
    ),
    Act("delete_house_template", path=lambda c: {"house_template_id": c.note_template("admin")}, no_patient=NO_PATIENT),
    Act("list_house_templates", no_patient=NO_PATIENT),
    Act("show_house_template", no_patient=NO_PATIENT),
    Act(
        "cancel_bookings",
        path=lambda c: {"patient_id": c.with_own_visit("other_patient")},
        read_back={"admin": "/api/admin/audit?action=cancel_bookings&outcome=ok&limit=1"},
    ),
    Act("list_desk_doctors", no_patient="doctors"),
    Act("list_arrangements", finds="?patient_id={patient_id}"),
    Act("show_board_changes", no_patient="doctors"),
    Act("list_time_off", no_patient="the doctor's own"),
    Act("list_extra_hours", no_patient="the doctor's own"),
    Act("list_time_off_of_doctor", no_patient="days of a doctor"),
    Act("list_extra_hours_of_doctor", no_patient="days of a doctor"),
    Act("count_visits_to_move", no_patient="a number"),
    Act("count_own_visits_to_move", no_patient="a number"),
    Act("suggest_searches", query="?q=derm"),
    Act("list_feeds", no_patient="names of the caller's calendars"),
    Act("add_feed", person="newcomer", read_back={"newcomer": "/api/me/calendar-feeds"}),
    Act("revoke_feed", path=feed_to_revoke),
)
