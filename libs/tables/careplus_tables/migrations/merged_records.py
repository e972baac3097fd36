"""SQL by which PostgreSQL refuses a row that would be written to a record after its merge.

A transaction that found the patient before the merge would otherwise write a row that the kept record never shows. SQLite has
one writer, which finds the patient and writes in one turn.
"""

TABLES = (
    *("appointments", "certificates", "chart_access", "charts", "critical_communications", "lab_bookings", "lab_results"),
    *("observations", "prescriptions", "proposed_corrections", "referrals", "refills", "result_comments", "result_versions"),
    *("specimens", "version_observations", "vital_signs"),
)

LATER_TABLES = ("waitlist_entries",)
"""Tables that later revisions added, each with `trigger`."""


def trigger(table: str) -> str:
    """Return the statement that guards a table on PostgreSQL."""
    return f"CREATE TRIGGER refuse_merged_record BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_merged_record()"


# the lock waits for a merge that is about to commit; the error is one after which the same request finds the change
POSTGRESQL = (
    """
CREATE FUNCTION refuse_merged_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kept bigint;
BEGIN
  SELECT merged_into_id INTO kept FROM accounts WHERE id = NEW.patient_id FOR KEY SHARE;
  IF kept IS NOT NULL THEN
    RAISE EXCEPTION 'record_merged' USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN NEW;
END $$""",
    *map(trigger, TABLES),
)
