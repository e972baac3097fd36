"""SQL by which the database refuses overlapping visits of a doctor or a patient."""

LONGEST_HOURS = 8
"""The longest visit, so an overlapping one cannot have started earlier than this."""

SQLITE = tuple(
    f"""
CREATE TRIGGER {event.split()[0].lower()}_appointment_{who}_overlap BEFORE {event} ON appointments
WHEN NEW.status NOT IN ('cancelled', 'no_show')
BEGIN
  SELECT RAISE(ABORT, 'slot_taken') WHERE EXISTS (
    SELECT 1 FROM appointments WHERE {who}_id = NEW.{who}_id AND status NOT IN ('cancelled', 'no_show')
    AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at
    AND starts_at > strftime('%Y-%m-%dT%H:%M:%SZ', NEW.starts_at, '-{LONGEST_HOURS} hours')
    {"AND id <> OLD.id" if event.startswith("UPDATE") else ""}
  );
END"""
    for event in ("INSERT", "UPDATE OF status, starts_at, ends_at, doctor_id, patient_id")
    for who in ("doctor", "patient")
) + tuple(
    f"""
CREATE TRIGGER {event.split()[0].lower()}_appointment_too_long BEFORE {event} ON appointments
WHEN NEW.ends_at > strftime('%Y-%m-%dT%H:%M:%SZ', NEW.starts_at, '+{LONGEST_HOURS} hours')
BEGIN SELECT RAISE(ABORT, 'visit_too_long'); END"""
    for event in ("INSERT", "UPDATE OF starts_at, ends_at")
)

POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    *(
        f"ALTER TABLE appointments ADD CONSTRAINT slot_taken_{who} EXCLUDE USING gist "
        f"({who}_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&) WHERE (status NOT IN ('cancelled', 'no_show'))"
        for who in ("doctor", "patient")
    ),
)
