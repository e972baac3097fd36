"""SQL by which the database itself refuses to change or delete what was appended to the audit trail."""

TABLES = {
    "audit_events": "id = NEW.id",
    "audit_patients": "event_id = NEW.event_id AND patient_id = NEW.patient_id",
    "audit_seals": "number = NEW.number OR event_id = NEW.event_id",
}
"""Each with what would make a new row the same as one that is there."""

SQLITE = (
    *(
        f"CREATE TRIGGER {event.lower()}_{table} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, 'append_only'); END"
        for event in ("UPDATE", "DELETE")
        for table in TABLES
    ),
    # INSERT OR REPLACE deletes without asking the triggers of DELETE
    *(
        f"CREATE TRIGGER insert_{table} BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"
        " BEGIN SELECT RAISE(ABORT, 'append_only'); END"
        for table, same in TABLES.items()
    ),
)

POSTGRESQL = (
    "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append_only'; END $$",
    *(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        for table in TABLES
    ),
)
