"""`careplus cluster`: hospitals of one PostgreSQL database, each with a user that reaches its own schema only."""

import os
import re
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

from careplus_cli.cluster import PLAIN
from careplus_tables.migrate import HEAD
from tests import databases
from tests.hospital import Hospital
from tests.postgresql import new_database, server_log

CITUS = os.environ.get("CAREPLUS_TEST_CITUS")
"""URL of a superuser on a coordinator of Citus, whose database has the extension."""
NAMES = ("hospital_a", "hospital_b")
_numbers = count(1)


@dataclass
class Cluster:
    """A database of the administrator, and a folder for the commands."""

    url: str
    folder: Path
    urls: dict[str, str] = field(default_factory=dict)
    """The URL of each hospital's user."""

    def careplus(self, *arguments: str, **more: str) -> tuple[int, str, str]:
        done = Hospital(self.folder, extra={"DATABASE_URL": self.url, **more}).careplus(*arguments)
        return done.returncode, done.stdout, done.stderr

    def add(self, name: str) -> dict[str, str]:
        """Create a hospital and return its settings."""
        code, output, errors = self.careplus("cluster", "add", name)
        assert code == 0, errors
        return dict(line.split("=", 1) for line in output.splitlines())


@pytest.fixture
def cluster(server: str, tmp_path: Path) -> Cluster:
    return Cluster(new_database(server, f"cluster_{next(_numbers)}"), tmp_path)


@pytest.fixture(scope="module")
def shared(server: str, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """Return a cluster with the hospitals of NAMES, added while the server logs statements."""
    url = new_database(server, "shared")
    databases.execute(url, "ALTER DATABASE shared SET log_statement = 'all'")
    made = Cluster(url, tmp_path_factory.mktemp("shared"))
    made.urls = {name: made.add(name)["DATABASE_URL"] for name in NAMES}
    return made


def refusal(url: str, statement: str) -> type[psycopg.Error]:
    with psycopg.connect(url, autocommit=True) as connection, pytest.raises(psycopg.Error) as error:
        connection.execute(statement)
    return type(error.value)


def test_user_of_hospital_reaches_no_other_schema(shared: Cluster) -> None:
    one, other = shared.urls.values()
    # shows a user the tables on which it has a right
    found = "SELECT table_schema FROM information_schema.tables WHERE table_name = 'accounts'"
    assert databases.query(one, found) == [("hospital_a",)]
    for statement in (
        "SELECT id FROM hospital_b.accounts",
        "INSERT INTO hospital_b.audit_unlinked VALUES (1)",
        "SELECT last_value FROM hospital_b.accounts_id_seq",
        "SELECT hospital_b.append_only()",
        "CREATE TABLE hospital_b.more ()",
        "CREATE TABLE public.more ()",
        "CREATE SCHEMA more",
        "SET ROLE hospital_b",
        "ALTER ROLE hospital_b SET search_path = public",
        "DROP SCHEMA hospital_b CASCADE",
    ):
        assert refusal(one, statement) is psycopg.errors.InsufficientPrivilege, statement
    for statement in (
        "SET search_path = hospital_b; SELECT id FROM accounts",
        "SET search_path = hospital_b; TRUNCATE accounts",
    ):
        assert refusal(one, statement) in {psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege}, statement
    assert databases.query(other, "SELECT count(*) FROM accounts") == [(0,)]


def test_administrator_needs_no_superuser(cluster: Cluster) -> None:
    operator = "cluster_operator"
    name = str(psycopg.conninfo.conninfo_to_dict(cluster.url)["dbname"])
    databases.execute(cluster.url, f"CREATE ROLE {operator} LOGIN CREATEROLE")
    databases.execute(cluster.url, f"GRANT CREATE ON DATABASE {name} TO {operator}")
    apart = Cluster(cluster.url.replace("careplus@", f"{operator}@"), cluster.folder)
    apart.add("hospital_c")
    assert apart.careplus("cluster", "list")[1].startswith(f"hospital_c  {HEAD}  ")


def test_search_path_holds_without_connection_options(shared: Cluster) -> None:
    url = shared.urls["hospital_a"]
    assert "options" not in url
    assert databases.query(url, "SELECT current_schemas(false)::text") == [("{hospital_a}",)]
    code, output, errors = shared.careplus(
        "migrate", DATABASE_URL=url, CAREPLUS_SCHEMA="hospital_a", CAREPLUS_DB_POOLER="transaction"
    )
    assert (code, output.strip()) == (0, f"The database is at revision {HEAD}."), errors


def test_pooler_with_shared_user_is_refused(cluster: Cluster) -> None:
    code, _, errors = cluster.careplus("migrate", CAREPLUS_SCHEMA="hospital_x", CAREPLUS_DB_POOLER="transaction")
    assert code != 0
    assert errors.startswith("careplus: CAREPLUS_SCHEMA: behind a pooler the user of DATABASE_URL must be hospital_x")


def test_schema_of_sqlite_is_refused(tmp_path: Path) -> None:
    for url in ("", f"sqlite:///{tmp_path}/careplus.db"):
        code, _, errors = Cluster(url, tmp_path).careplus("migrate", CAREPLUS_SCHEMA="hospital_x")
        assert code != 0
        assert errors.startswith("careplus: CAREPLUS_SCHEMA: needs PostgreSQL")
    code, _, errors = Cluster("", tmp_path).careplus("cluster", "list")
    assert (code, errors.startswith("careplus: Hospitals share a database of PostgreSQL only")) == (1, True)


def test_schema_without_its_own_user_keeps_tables_apart(cluster: Cluster) -> None:
    for name in ("plain_a", "plain_b"):
        databases.execute(cluster.url, f"CREATE SCHEMA {name}")
        code, output, errors = cluster.careplus("migrate", CAREPLUS_SCHEMA=name)
        assert (code, output.strip()) == (0, f"Migrated from nothing to {HEAD}."), errors
    found = (
        "SELECT schemaname, count(*) FROM pg_tables WHERE schemaname IN ('plain_a', 'plain_b', 'public') GROUP BY 1 ORDER BY 1"
    )
    (one, tables), (other, as_many) = databases.query(cluster.url, found)
    assert (one, other, tables) == ("plain_a", "plain_b", as_many)


def test_missing_schema_is_one_line(cluster: Cluster) -> None:
    code, _, errors = cluster.careplus("migrate", CAREPLUS_SCHEMA="not_there")
    assert code == 1
    assert errors.strip() == "careplus: The database cannot be used: no schema has been selected to create in"


def test_name_that_is_taken_or_needs_quotes_is_refused(shared: Cluster) -> None:
    for name in ("hospital_a", "public"):
        taken = f"careplus: {name} is the name of a schema or user of this server already."
        assert shared.careplus("cluster", "add", name)[::2] == (1, f"{taken}\n")
    for name in ("pg_more", "Hospital", 'a"b', "a;b", "information_schema", "x" * 64):
        code, _, errors = shared.careplus("cluster", "add", name)
        assert (code, "cannot be a hospital's schema" in errors) == (2, True), name


def test_list_shows_each_hospital_with_revision_and_size(shared: Cluster) -> None:
    _, output, _ = shared.careplus("cluster", "list")
    assert [line.split()[:2] for line in output.splitlines()] == [[name, HEAD] for name in NAMES]
    assert all(re.fullmatch(r"\S+  \S+  [1-9]\d*\.\d MiB", line) for line in output.splitlines())


def test_move_is_refused_without_citus(shared: Cluster) -> None:
    code, _, errors = shared.careplus("cluster", "move", "hospital_a", "worker-2:5432")
    assert (code, errors) == (1, f"careplus: {PLAIN.format(name='hospital_a')}\n")
    assert shared.careplus("cluster", "move", "hospital_a", "worker-2")[0] == 2


def test_password_of_hospital_is_not_in_server_log(shared: Cluster) -> None:
    log = server_log().read_text()
    for name, url in shared.urls.items():
        assert f'CREATE ROLE "{name}" LOGIN PASSWORD \'SCRAM-SHA-256$' in log
        assert str(psycopg.conninfo.conninfo_to_dict(url)["password"]) not in log


@pytest.mark.skipif(not CITUS, reason="needs CAREPLUS_TEST_CITUS, the URL of a superuser on a coordinator")
def test_hospital_moves_between_nodes_of_citus(tmp_path: Path) -> None:
    assert CITUS is not None
    cluster, name = Cluster(CITUS, tmp_path), f"hospital_{os.getpid()}"
    url = cluster.add(name)["DATABASE_URL"]
    workers = databases.query(CITUS, "SELECT nodename || ':' || nodeport FROM pg_dist_node WHERE shouldhaveshards")
    _, output, _ = cluster.careplus("cluster", "list")
    node = next(line.split()[-1] for line in output.splitlines() if line.startswith(f"{name} "))
    target = next((worker for (worker,) in workers if worker != node), node)
    if target != node:
        assert cluster.careplus("cluster", "move", name, target)[:2] == (0, f"{name} is on {target}.\n")
    assert databases.query(url, "SELECT count(*) FROM lab_tests")[0][0] > 0
    with pytest.raises(psycopg.errors.RaiseException):
        databases.execute(url, "UPDATE audit_events SET action = 'x'")
    databases.execute(CITUS, f"DROP SCHEMA {name} CASCADE")
    databases.execute(CITUS, f"DROP ROLE {name}")
