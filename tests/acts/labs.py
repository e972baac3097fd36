"""Acts of the laboratory: its catalogue, bookings and results."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.acts.act import Act, Mark, Race

BOOKING = {"patient": "/api/labs/bookings/{id}", "lab": "/api/labs/bookings/{id}"}
LATER = (datetime.now(UTC) + timedelta(days=2)).date()
"""A day on which no lab time is over, at any hour."""
REPEATS = "?patient_id={patient_id}&test_codes=HBA1C"
TEST = {"name": "Raced", "category": "ours", "specimen": "serum", "turnaround_hours": 4}
TEXT = {"kind": "text", "unit": None, "ranges": [], "usual": ["negative"], "choices": ["negative", "positive"]}
RANGES = {"unit": "mg/dL", "ranges": [{"low": 1.7, "high": 2.4}], "valid_from": "2098-01-01"}
ALL_DAYS = [{"weekday": day, "starts": "06:00", "ends": "22:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]


ACTS = (
    Act("add_test", body=lambda c: {"code": c.word()}, read_back={"patient": "/api/labs/tests?q={code}&limit=100"}),
    Act(
        "update_test",
        path=lambda _: {"code": "HBA1C"},
        body=lambda _: {"active": True},
        read_back={"patient": "/api/labs/tests?q={code}"},
        race=Race(path=lambda c: {"code": c.lab_test()}, body=lambda _, number: {**TEST, "price_minor": number}),
    ),
    Act("book_tests", body=lambda c: {"starts_at": c.lab_time()}),
    Act(
        "cancel_lab_bookings",
        path=lambda c: {"patient_id": c.with_own_lab_booking("other_patient")},
        read_back={"admin": "/api/admin/audit?action=cancel_lab_bookings&outcome=ok&limit=1"},
    ),
    Act(
        "cancel_lab_booking",
        path=lambda c: {"booking_id": c.lab_order("CRP")},
        read_back=BOOKING,
        race=Race(read="/api/labs/bookings/{booking_id}", body=lambda _, number: {"reason": f"Reason {number}"}),
    ),
    Act(
        "withdraw_lab_order",
        path=lambda c: {"booking_id": c.lab_order("CRP")},
        read_back=BOOKING,
        race=Race(etag='"1"', body=lambda _, number: {"reason": f"Reason {number}"}),
    ),
    Act(
        "change_lab_order",
        path=lambda c: {"booking_id": c.lab_order("CRP")},
        read_back=BOOKING,
        race=Race(
            read="/api/doctor/lab-orders/{booking_id}",
            body=lambda _, number: {"test_codes": ["CRP"], "priority": "stat", "note": f"Note {number}"},
        ),
    ),
    Act("order_tests", read_back=BOOKING, mark=Mark("note", "SELECT note FROM lab_bookings", events=("order_tests",))),
    Act(
        "set_booking_status",
        path=lambda c: {"booking_id": c.lab_order("CRP", "collected")},
        body=lambda _: {"status": "rejected", "reason": "Clotted"},
        read_back=BOOKING,
        race=Race(
            path=lambda c: {"booking_id": c.lab_order("CRP")},
            read="/api/labs/bookings/{booking_id}",
            body=lambda _, number: {"status": "collected"},
        ),
    ),
    Act(
        "set_specimen_status",
        path=lambda c: c.lab_specimen("collected"),
        read_back=BOOKING,
        race=Race(
            path=lambda c: c.lab_specimen(),
            read="/api/labs/bookings/{booking_id}",
            body=lambda _, number: {"status": "collected"},
        ),
    ),
    Act(
        "enter_result",
        path=lambda c: {"booking_id": c.lab_order("ANA", "collected", "received", "in_progress")},
        body=lambda _: {
            "test_code": "ANA",
            "observations": [{"analyte": "antinuclear-antibodies", "text": "negative"}],
        },
        read_back={"lab": "/api/labs/results/{id}"},
        fixed=("text",),
    ),
    Act(
        "verify_result",
        path=lambda c: {"result_id": c.lab_result()},
        read_back={"lab": "/api/labs/results/{id}"},
        # later equal changes have no effect, but are refused as stale
        race=Race(read="/api/labs/results/{result_id}", body=lambda _, number: {"note": "Repeated, same value"}),
    ),
    Act(
        "preview_flags",
        path=lambda c: {"booking_id": c.lab_order("ANA", "collected", "received")},
        body=lambda _: {"observations": [{"analyte": "antinuclear-antibodies", "text": "negative"}]},
        read_back={"lab": "/api/labs/bookings/{booking_id}"},
        fixed=("text",),
        no_patient="it is not audited: an event for each typed value would hide the others",
    ),
    Act(
        "verify_normal",
        body=lambda c: {"results": [{"result_id": c.lab_result(), "version": 1}]},
    ),
    Act(
        "correct_result",
        path=lambda c: {"result_id": c.verified_result()},
        read_back={"lab": "/api/labs/results/{id}"},
        fixed=("text",),
        race=Race(
            path=lambda c: {"result_id": c.verified_result()},
            read="/api/labs/results/{result_id}",
            body=lambda _, number: {
                "observations": [{"analyte": "hemoglobin", "value": 10 + number / 10, "unit": "g/dL"}],
                "reason": f"Digits were swapped, {number}.",
            },
        ),
    ),
    Act(
        "review_result",
        path=lambda c: {"result_id": c.verified_result()},
        read_back={"patient": "/api/labs/results/{id}"},
        race=Race(etag='"2"', body=lambda _, number: {"comment": f"Comment {number}"}),
    ),
    Act(
        "release_normal_results",
        body=lambda c: {"results": [c.shown_result()]},
        read_back={"patient": "/api/labs/results/{result_id}"},
    ),
    Act("count_lab_orders", no_patient="counts only"),
    Act("list_repeats", query=REPEATS, finds=REPEATS),
    Act(
        "note_call",
        path=lambda c: {"result_id": c.critical_result()},
        read_back={"lab": "/api/labs/critical/{id}", "doctor": "/api/doctor/critical-results/{id}"},
    ),
    Act(
        "acknowledge_critical_result",
        path=lambda c: {"critical_result_id": c.critical_result()},
        read_back={"lab": "/api/labs/critical/{id}", "doctor": "/api/doctor/critical-results/{id}"},
        race=Race(
            read="/api/doctor/critical-results/{critical_result_id}",
            body=lambda _, number: {"action": f"Called, number {number}"},
        ),
    ),
    Act(
        "set_lab_hours",
        body=lambda _: {"rules": ALL_DAYS},
        read_back={"lab": "/api/admin/lab-hours"},
        race=Race(
            read="/api/admin/lab-hours",
            body=lambda _, number: {"rules": ALL_DAYS, "closures": [{"day": "2098-12-25", "reason": f"Holiday {number}"}]},
        ),
        no_patient="hours that no booking is outside of",
    ),
    # a text, because a quantity has no usual texts and choices
    Act("add_analyte", body=lambda c: {"code": c.word(), **TEXT}, read_back={"lab": "/api/labs/analytes?q={code}"}),
    Act(
        "set_ranges",
        # a new analyte, because its unit changes
        path=lambda c: {"analyte": c.analyte()},
        # the answer has the ranges of today
        body=lambda _: {**RANGES, "valid_from": datetime.now(ZoneInfo("Europe/Berlin")).date().isoformat()},
        read_back={"lab": "/api/labs/analytes/{code}/history"},
        race=Race(
            path=lambda c: {"analyte": c.analyte()},
            body=lambda _, number: {**RANGES, "source": f"Source {number}"},
        ),
    ),
    Act("list_analytes", no_patient="the catalogue"),
    Act("list_range_versions", no_patient="the catalogue"),
    Act("list_tests", no_patient="the catalogue"),
    Act("count_worklist", no_patient="numbers of bookings"),
    Act("list_lab_slots", query=f"?day={LATER}", no_patient="free times, and the caller's own or those of a patient in care"),
)
