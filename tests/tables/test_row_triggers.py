"""PostgreSQL refuses changes of append-only rows in a trigger of each row, and visits that are too long."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from careplus_tables.engine import sync_engine
from careplus_tables.migrate import upgrade
from tests.postgresql import new_database
from tests.tables.test_patient_times import NOON, VISITS, add_accounts, visit

FOR_EACH_ROW, TRUNCATE = 1, 32
"""Bits of `pg_trigger.tgtype`."""
GUARDS = (
    "SELECT relname, tgname, tgtype FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " JOIN pg_proc ON pg_proc.oid = tgfoid WHERE proname = 'append_only' ORDER BY 1, 2"
)
TRAIL = {"audit_events", "audit_patients", "audit_links", "audit_anchors", "consents", "legal_changes", "chart_changes"}


@pytest.fixture
def connection(server: str) -> Iterator[sa.Connection]:
    """Yield a connection to a database with the accounts 1 to 6."""
    url = new_database(server, "row_triggers")
    upgrade(url)
    engine = sync_engine(url)
    with engine.begin() as connection:
        add_accounts(connection)
        yield connection
    engine.dispose()
    drop = sync_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with drop.connect() as admin:
        admin.execute(sa.text("DROP DATABASE row_triggers"))
    drop.dispose()


def test_guards_fire_for_each_row_and_for_truncate(connection: sa.Connection) -> None:
    guards = {(table, name): kind for table, name, kind in connection.execute(sa.text(GUARDS))}
    tables = {table for table, _ in guards}
    assert tables >= TRAIL
    for table in tables:
        assert guards[table, "append_only"] & FOR_EACH_ROW, f"{table}: use append_only.postgresql_triggers"
        assert guards[table, "append_only_truncate"] & TRUNCATE, table


@pytest.mark.parametrize(
    "change", ["UPDATE audit_events SET outcome = 'x'", "DELETE FROM audit_events", "TRUNCATE audit_patients"]
)
def test_rows_of_the_trail_refuse_changes(connection: sa.Connection, change: str) -> None:
    connection.execute(
        sa.text(
            "INSERT INTO audit_events (at, request_id, service, action, kind, outcome)"
            " VALUES (now(), 'r', 'labs', 'show_result', 'read', 'ok')"
        )
    )
    with pytest.raises(sa.exc.DBAPIError, match="append_only"), connection.begin_nested():
        connection.execute(sa.text(change))


def test_visit_longer_than_eight_hours_is_refused(connection: sa.Connection) -> None:
    connection.execute(visit(1, 2, 0))
    for hours, refused in ((8, False), (9, True)):
        ends_at = NOON + sa.literal(f"{hours} hours").cast(sa.Interval)
        change = sa.update(VISITS).values(ends_at=ends_at)
        if refused:
            with pytest.raises(sa.exc.IntegrityError, match="visit_too_long"), connection.begin_nested():
                connection.execute(change)
        else:
            connection.execute(change)
