"""Load a checked dump into an empty database of PostgreSQL, or into the empty schema of a hospital that shares one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from careplus_auth.backups.postgres_tools import listed, run
from careplus_cli.replacing import CannotRestore
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import sync_engine

OTHER_SCHEMAS = (
    "SELECT nspname FROM pg_namespace WHERE nspname NOT IN ('public', 'information_schema') AND nspname NOT LIKE 'pg\\_%'"
)
EMPTY_DATABASE = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
# the user of a schema may not create another one
EMPTY_SCHEMA = (
    """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT oid::regclass AS name FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        LOOP EXECUTE 'DROP TABLE IF EXISTS ' || found.name || ' CASCADE'; END LOOP;
        FOR found IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
        LOOP EXECUTE 'DROP ROUTINE ' || found.name || ' CASCADE'; END LOOP;
    END $$""",
)


def check_empty(settings: Settings) -> None:
    """Raise CannotRestore unless the database, or the hospital's schema in it, is there and empty."""
    engine = sync_engine(settings.database, reader=True)
    with engine.connect() as connection:
        own = connection.execute(sa.text("SELECT current_schema()")).scalar()
        tables = sa.inspect(connection).get_table_names()
        others = connection.execute(sa.text(OTHER_SCHEMAS)).scalars().all()
    engine.dispose()
    if settings.hospital_schema is not None:
        _check_schema(settings.hospital_schema, own, has_tables=bool(tables))
        return
    if others:
        # a refused restore empties the whole database
        raise CannotRestore(f"The database has the schema {others[0]} beside public; restore into a database of its own")
    if tables:
        name = sa.make_url(settings.database).database
        raise CannotRestore(
            f"The database {name} has tables. Make an empty one (createdb --template=template0 {name}_restored), set DATABASE_URL"
            " to it, restore, and start the services with that URL; the old one stays as it is"
        )


def _check_schema(name: str, own: str | None, *, has_tables: bool) -> None:
    new = f"CREATE SCHEMA {name} AUTHORIZATION {name}"
    if own != name:
        raise CannotRestore(f"The database has no schema {name}; as its administrator: {new}")
    if has_tables:
        raise CannotRestore(
            f"The schema {name} has tables. Stop the hospital's services; as the administrator of the database:"
            f" ALTER SCHEMA {name} RENAME TO {name}_old; {new}; then restore. The old one stays as it is"
        )


@contextmanager
def loaded(settings: Settings, copy: Path) -> Iterator[None]:
    """Load a dump, and empty the database or schema again when the block raises. Raise CannotRestore and BackupFailed."""
    url, schema = settings.database, settings.hospital_schema
    if f" TABLE {schema or 'public'} alembic_version " not in listed(copy):
        raise CannotRestore(f"it is a copy of another schema than {schema or 'public'}; set CAREPLUS_SCHEMA to that of the copy")
    own = (f"--schema={schema}",) if schema else ()
    # one transaction: a failure leaves the database as it was
    run(url, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", *own, str(copy))
    try:
        yield
    except BaseException:
        engine = sync_engine(url)
        with engine.begin() as connection:
            for statement in EMPTY_SCHEMA if schema else EMPTY_DATABASE:
                connection.exec_driver_sql(statement)
        engine.dispose()
        raise
