"""SQL by which the database refuses to change or delete rows of the audit trail."""

TABLES = {
    "audit_events": "id = NEW.id",
    "audit_patients": "event_id = NEW.event_id AND patient_id = NEW.patient_id",
    "audit_seals": "number = NEW.number OR event_id = NEW.event_id",
}
"""Each with the condition under which a new row would replace a present one. Since 0008 `audit_seals` is `audit_links`."""


def sqlite_triggers(table: str, is_same: str) -> tuple[str, ...]:
    """Return the triggers of one table."""
    refuse = "BEGIN SELECT RAISE(ABORT, 'append_only'); END"
    return (
        *(f"CREATE TRIGGER {event.lower()}_{table} BEFORE {event} ON {table} {refuse}" for event in ("UPDATE", "DELETE")),
        # INSERT OR REPLACE deletes without firing the triggers of DELETE
        f"CREATE TRIGGER insert_{table} BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {is_same}) {refuse}",
    )


def postgresql_trigger(table: str) -> str:
    """Return the trigger of one table as of 0005; since 0040 it has `postgresql_triggers`. The function is in POSTGRESQL."""
    changes = "BEFORE UPDATE OR DELETE OR TRUNCATE"
    return f"CREATE TRIGGER append_only {changes} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION append_only()"


def postgresql_triggers(table: str) -> tuple[str, ...]:
    """Return the triggers of one table; TRUNCATE has no rows."""
    return (
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION append_only()",
        f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
    )


SQLITE = tuple(trigger for table, is_same in TABLES.items() for trigger in sqlite_triggers(table, is_same))

POSTGRESQL = (
    "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append_only'; END $$",
    *map(postgresql_trigger, TABLES),
)
