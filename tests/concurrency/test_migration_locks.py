"""A migration that waits for a lock lets the requests behind it go on, and is tried again."""

import threading

import psycopg
from alembic import command

from careplus_tables.engine import sync_engine
from careplus_tables.migrate import HEAD, alembic_config, revision, upgrade
from tests.hospital import eventually
from tests.postgresql import new_database

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'alembic_version'::regclass"


def test_waiting_migration_stops_no_reader(server: str) -> None:
    url = new_database(server, "migrated_while_read")
    engine = sync_engine(url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0041")
    engine.dispose()
    migrating = threading.Thread(target=upgrade, args=(url,))
    with psycopg.connect(url) as reading, psycopg.connect(url, autocommit=True) as other:
        # holds its lock until the end of the transaction
        reading.execute("SELECT * FROM alembic_version")
        migrating.start()
        eventually(lambda: other.execute(WAITING).fetchone() == (1,), 60)
        # a lock that waits for 30 s would end the reader, which waits behind it
        other.execute("SET lock_timeout = '20s'")
        assert other.execute("SELECT version_num FROM alembic_version").fetchone() == ("0041",)
    migrating.join(120)
    assert revision(url) == HEAD
