"""SQL by which the database refuses a visit at a time at which its doctor has another one, unless staff overbooked it.

A visit with `overbook_reason` may start beside others of its doctor; any other visit may start neither beside such a visit nor
beside another one. A row is checked when it is inserted, begins to occupy its time, gets another time or doctor, or loses its
reason: the visits beside an overbooked one still change their status. A later migration that rebuilds the table on SQLite
executes SQLITE_DROP before and SQLITE after: a rebuilt table loses its triggers.
"""

LONGEST_HOURS = 8
"""The longest visit, so an overlapping one cannot have started earlier than this."""
OCCUPIES = "{row}.status NOT IN ('cancelled', 'no_show')"
COLUMNS = ("doctor_id", "starts_at", "ends_at")
EVENTS = ("INSERT", "UPDATE")


def _condition(event: str, distinct: str) -> str:
    """Return the condition under which a trigger checks the row."""
    condition = f"{OCCUPIES.format(row='NEW')} AND NEW.overbook_reason IS NULL"
    if event == "INSERT":
        return condition
    changed = " OR ".join(f"NEW.{column} {distinct} OLD.{column}" for column in COLUMNS)
    return f"{condition} AND ({changed} OR OLD.overbook_reason IS NOT NULL OR NOT ({OCCUPIES.format(row='OLD')}))"


def _sqlite_trigger(event: str) -> str:
    # NEW.id is -1 before an insert
    return f"""
CREATE TRIGGER {event.lower()}_appointment_doctor_overlap BEFORE {event} ON appointments
WHEN {_condition(event, "IS NOT")}
BEGIN
  SELECT RAISE(ABORT, 'slot_taken') WHERE EXISTS (
    SELECT 1 FROM appointments WHERE doctor_id = NEW.doctor_id AND status NOT IN ('cancelled', 'no_show')
    AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at AND id <> NEW.id
    AND starts_at > strftime('%Y-%m-%dT%H:%M:%SZ', NEW.starts_at, '-{LONGEST_HOURS} hours')
  );
END"""


SQLITE_DROP = tuple(f"DROP TRIGGER {event.lower()}_appointment_doctor_overlap" for event in EVENTS)
SQLITE = tuple(_sqlite_trigger(event) for event in EVENTS)
# The constraint compares visits that nobody overbooked. The trigger compares one of them with overbooked ones: it sees those that
# are committed, and one that is committed later is beside this visit, as overbooked ones may be.
POSTGRESQL = (
    "ALTER TABLE appointments DROP CONSTRAINT slot_taken_doctor",
    "ALTER TABLE appointments ADD CONSTRAINT slot_taken_doctor EXCLUDE USING gist "
    "(doctor_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&) "
    "WHERE (status NOT IN ('cancelled', 'no_show') AND overbook_reason IS NULL)",
    f"""
CREATE FUNCTION appointments_slot_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM appointments WHERE doctor_id = NEW.doctor_id AND status NOT IN ('cancelled', 'no_show')
    AND overbook_reason IS NOT NULL AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at AND id <> NEW.id
    AND starts_at > NEW.starts_at - interval '{LONGEST_HOURS} hours'
  ) THEN
    RAISE EXCEPTION 'slot_taken' USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$""",
    *(
        f"CREATE TRIGGER {event.lower()}_slot_taken BEFORE {event} ON appointments FOR EACH ROW"
        f" WHEN ({_condition(event, 'IS DISTINCT FROM')}) EXECUTE FUNCTION appointments_slot_taken()"
        for event in EVENTS
    ),
)
