"""SQL by which the database lets an offer of the waitlist occupy the time of its doctor, and not that of its patient.

An `offered` visit keeps others away from the doctor's time; its patient may book another visit meanwhile, and accepting it is
checked as a booking is. A `lapsed` one occupies no time. A later migration that rebuilds the table on SQLite executes SQLITE
after: a rebuilt table loses its triggers.
"""

from careplus_tables.migrations import overbooking, patient_overlaps

BEFORE = "status NOT IN ('cancelled', 'no_show')"
DOCTOR = "status NOT IN ('cancelled', 'no_show', 'lapsed')"
PATIENT = "status NOT IN ('cancelled', 'no_show', 'offered', 'lapsed')"

SQLITE_DROP = (*overbooking.SQLITE_DROP, *patient_overlaps.SQLITE_DROP)
SQLITE = (
    *(statement.replace(BEFORE, DOCTOR) for statement in overbooking.SQLITE),
    *(statement.replace(BEFORE, PATIENT) for statement in patient_overlaps.SQLITE),
)

_TIME = "tstzrange(starts_at, ends_at, '[)') WITH &&"
POSTGRESQL = (
    "ALTER TABLE appointments DROP CONSTRAINT slot_taken_doctor, DROP CONSTRAINT patient_busy",
    f"ALTER TABLE appointments ADD CONSTRAINT slot_taken_doctor EXCLUDE USING gist (doctor_id WITH =, {_TIME}) "
    f"WHERE ({DOCTOR} AND overbook_reason IS NULL)",
    f"ALTER TABLE appointments ADD CONSTRAINT patient_busy EXCLUDE USING gist (patient_id WITH =, {_TIME}) WHERE ({PATIENT})",
    *(
        f"DROP TRIGGER {event.lower()}_{name} ON {table}"
        for table, name in (("appointments", "slot_taken"), ("appointments", "patient_busy"), ("lab_bookings", "patient_busy"))
        for event in overbooking.EVENTS
    ),
    "DROP FUNCTION appointments_slot_taken(), appointments_patient_busy(), lab_bookings_patient_busy()",
    *(statement.replace(BEFORE, DOCTOR) for statement in overbooking.POSTGRESQL if statement.lstrip().startswith("CREATE")),
    *(statement.replace(BEFORE, PATIENT) for statement in patient_overlaps.POSTGRESQL),
)
