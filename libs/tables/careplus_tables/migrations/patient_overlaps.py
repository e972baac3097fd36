"""SQL by which the database refuses two appointments of one patient at one time: visits to doctors and to the laboratory.

A visit occupies `[starts_at, ends_at)` unless it is cancelled or missed; a laboratory booking occupies LAB_MINUTES from
`starts_at` while it is `booked`. A row is checked when it is inserted, begins to occupy its time, or gets another time or
patient, so that rows which overlapped before revision 0009 can still change their status. A later migration that rebuilds one of
both tables on SQLite executes SQLITE_DROP before and SQLITE after: a rebuilt table loses its triggers.
"""

from careplus_tables.migrations.schema_locks import key_of

LAB_MINUTES = 15
LONGEST_HOURS = 8
"""The longest visit, so an overlapping one cannot have started earlier than this."""
LOCKS, BUCKETS = 7411, 1024
"""Key in `public`, and number, of PostgreSQL's advisory locks of patients; a bulk insert holds at most one for each bucket."""

VISIT_OCCUPIES = "{row}.status NOT IN ('cancelled', 'no_show')"
LAB_OCCUPIES = "{row}.status = 'booked' AND {row}.starts_at IS NOT NULL"
TIMES = {
    "appointments": (VISIT_OCCUPIES, ("patient_id", "starts_at", "ends_at")),
    "lab_bookings": (LAB_OCCUPIES, ("patient_id", "starts_at")),
}


def _shifted(instant: str, shift: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {instant}, '{shift}')"


def _condition(table: str, event: str, distinct: str) -> str:
    """Return the condition under which a trigger checks the row."""
    occupies, columns = TIMES[table]
    if event == "INSERT":
        return occupies.format(row="NEW")
    changed = " OR ".join(f"NEW.{column} {distinct} OLD.{column}" for column in columns)
    return f"{occupies.format(row='NEW')} AND ({changed} OR NOT ({occupies.format(row='OLD')}))"


def _sqlite_trigger(table: str, event: str) -> str:
    visit, ends_at = table == "appointments", _shifted("NEW.starts_at", f"+{LAB_MINUTES} minutes")
    until = "NEW.ends_at" if visit else ends_at
    # NEW.id is -1 before an insert
    other_visit, other_lab = ("AND id <> NEW.id", "") if visit else ("", "AND id <> NEW.id")
    return f"""
CREATE TRIGGER {event.lower()}_{table}_patient_busy BEFORE {event} ON {table}
WHEN {_condition(table, event, "IS NOT")}
BEGIN
  SELECT RAISE(ABORT, 'patient_busy') WHERE EXISTS (
    SELECT 1 FROM appointments WHERE patient_id = NEW.patient_id AND status NOT IN ('cancelled', 'no_show')
    AND starts_at < {until} AND ends_at > NEW.starts_at
    AND starts_at > {_shifted("NEW.starts_at", f"-{LONGEST_HOURS} hours")} {other_visit}
  ) OR EXISTS (
    SELECT 1 FROM lab_bookings WHERE patient_id = NEW.patient_id AND status = 'booked'
    AND starts_at < {until} AND starts_at > {_shifted("NEW.starts_at", f"-{LAB_MINUTES} minutes")} {other_lab}
  );
END"""


EVENTS = ("INSERT", "UPDATE")
SQLITE = tuple(_sqlite_trigger(table, event) for table in TIMES for event in EVENTS)
SQLITE_DROP = tuple(f"DROP TRIGGER {event.lower()}_{table}_patient_busy" for table in TIMES for event in EVENTS)


def _postgresql_function(table: str) -> str:
    visit = table == "appointments"
    until = "NEW.ends_at" if visit else f"NEW.starts_at + interval '{LAB_MINUTES} minutes'"
    other_visit, other_lab = ("AND id <> NEW.id", "") if visit else ("", "AND id <> NEW.id")
    # the lock lets one transaction at a time check a patient; the statement after it sees what the others have committed
    return f"""
CREATE FUNCTION {table}_patient_busy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock({key_of("TG_TABLE_SCHEMA", LOCKS)}, (NEW.patient_id % {BUCKETS})::integer);
  IF EXISTS (
    SELECT FROM appointments WHERE patient_id = NEW.patient_id AND status NOT IN ('cancelled', 'no_show')
    AND starts_at < {until} AND ends_at > NEW.starts_at {other_visit}
  ) OR EXISTS (
    SELECT FROM lab_bookings WHERE patient_id = NEW.patient_id AND status = 'booked'
    AND starts_at < {until} AND starts_at > NEW.starts_at - interval '{LAB_MINUTES} minutes' {other_lab}
  ) THEN
    RAISE EXCEPTION 'patient_busy' USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$"""


POSTGRESQL = (
    *(_postgresql_function(table) for table in TIMES),
    *(
        f"CREATE TRIGGER {event.lower()}_patient_busy BEFORE {event} ON {table} FOR EACH ROW"
        f" WHEN ({_condition(table, event, 'IS DISTINCT FROM')}) EXECUTE FUNCTION {table}_patient_busy()"
        for table in TIMES
        for event in EVENTS
    ),
)
