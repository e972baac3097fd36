"""Hospitals that share a PostgreSQL database, each in a schema of its own with a user that reaches no other one."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, text

from careplus_tables.addresses import database_url
from careplus_tables.engine import is_sqlite, sync_engine

PLAIN = """\
This server has no Citus, so no other node to which a hospital could move. Stop the services of {name}, then copy its schema to
the other server: pg_dump --schema={name}, pg_restore."""
ON_CITUS = "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')"
SCHEMAS = """
SELECT nspname, (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = found.oid AND relkind = 'r')
FROM pg_namespace AS found
WHERE EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = found.oid AND relname = 'alembic_version') ORDER BY nspname"""
NODES = """
SELECT nspname, min(nodename || ':' || nodeport), sum(shard_size) FROM citus_shards
JOIN pg_class ON pg_class.oid = table_name JOIN pg_namespace ON pg_namespace.oid = relnamespace GROUP BY nspname"""


class ClusterError(Exception):
    """The server cannot do this; the message is a sentence with the reason."""


@dataclass(frozen=True)
class HospitalSchema:
    """A hospital's schema: its revision, bytes of its tables and indexes, and its node on Citus."""

    name: str
    revision: str | None
    size: int
    node: str | None


def add(url: str, name: str) -> str:
    """Create a user and a schema of that name, and return the user's URL. The URL given is an administrator's.

    One transaction; the password never leaves this process in clear, so that no log of the server has it. Raise ClusterError.
    """
    password = secrets.token_urlsafe(24)
    with _transaction(url) as connection:
        taken = (
            "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = :n UNION ALL SELECT 1 FROM pg_roles WHERE rolname = :n)"
        )
        if connection.execute(text(taken), {"n": name}).scalar_one():
            raise ClusterError(f"{name} is the name of a schema or user of this server already.")
        for statement in _new_hospital(name, _scram(connection, name, password), on_citus=_on_citus(connection)):
            connection.exec_driver_sql(statement)
    made = (
        database_url(url).set(username=name, password=password).difference_update_query(("options", "user", "sslcert", "sslkey"))
    )
    return made.render_as_string(hide_password=False)


def hospitals(url: str) -> list[HospitalSchema]:
    """Return the hospitals of a database by name."""
    with _transaction(url) as connection:
        sizes = {name: (None, size) for name, size in connection.execute(text(SCHEMAS))}
        if _on_citus(connection):
            sizes |= {name: (node, size) for name, node, size in connection.execute(text(NODES)) if name in sizes}
        found = []
        for name, (node, size) in sizes.items():
            table = sa.table("alembic_version", sa.column("version_num"), schema=name)
            found.append(HospitalSchema(name, connection.execute(sa.select(table.c.version_num)).scalar(), int(size), node))
        return found


def move(url: str, name: str, host: str, port: int) -> None:
    """Move a hospital to another node of Citus. Raise ClusterError where there is none."""
    with _transaction(url) as connection:
        if not _on_citus(connection):
            raise ClusterError(PLAIN.format(name=name))
        moved = text("SELECT citus_schema_move(CAST(:name AS regnamespace), :host, :port)")
        connection.execute(moved, {"name": name, "host": host, "port": port})


@contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    if is_sqlite(url):
        raise ClusterError("Hospitals share a database of PostgreSQL only: set DATABASE_URL to that of its administrator.")
    engine = sync_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _new_hospital(name: str, password: str, *, on_citus: bool) -> list[str]:
    """Return the statements that make a hospital. Names have passed `check_name`, the password is a SCRAM verifier."""
    statements = [
        # not in a hospital's schema: it belongs to the database
        "CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public",
        # databases from before PostgreSQL 15 let everyone create tables there
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}'",
        # an administrator without superuser rights may give a schema only to a role that is granted to it
        f'GRANT "{name}" TO CURRENT_USER',
        f'CREATE SCHEMA "{name}" AUTHORIZATION "{name}"',
        f'ALTER ROLE "{name}" SET search_path = "{name}"',
    ]
    if on_citus:
        statements += [
            f"SELECT citus_schema_distribute('{name}')",
            # a table of a distributed schema is on one node, where its triggers see all rows that they read
            f'ALTER ROLE "{name}" SET citus.enable_unsafe_triggers = on',
        ]
    return statements


def _scram(connection: Connection, user: str, password: str) -> str:
    driver = connection.connection.driver_connection
    assert driver is not None
    verifier: bytes = driver.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256")
    return verifier.decode()


def _on_citus(connection: Connection) -> bool:
    return bool(connection.execute(text(ON_CITUS)).scalar_one())
