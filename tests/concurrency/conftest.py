"""One hospital on PostgreSQL for each file, with services whose connections cannot write while they read."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from careplus_tables.migrate import upgrade
from tests.hospital import ADMIN, PASSWORD, Hospital, Person
from tests.postgresql import new_database, postgresql

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_numbers = itertools.count(1)


@dataclass
class PostgresHospital(Hospital):
    """A hospital on a database of its own."""

    url_of_database: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        self.extra["DATABASE_URL"] = self.url_of_database

    @contextmanager
    def running_with_admin(self) -> Iterator["PostgresHospital"]:
        created = self.careplus("admin", "create", "--email", ADMIN, "--name", "Ada Admin", stdin=f"{PASSWORD}\n")
        assert created.returncode == 0, created.stderr
        with self.running():
            yield self

    def place_visit(self, visit_id: int, starts_at: datetime, ends_at: datetime) -> None:
        span = [at.astimezone(UTC) for at in (starts_at, ends_at)]
        self.rows("UPDATE appointments SET starts_at = %s, ends_at = %s WHERE id = %s RETURNING id", *span, visit_id)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a statement, and commit it."""
        with psycopg.connect(self.url_of_database, autocommit=True) as connection:
            return connection.execute(sql, values).fetchall()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture
def database_url(server: str) -> str:
    """Return the URL of a migrated database of one test."""
    url = new_database(server, f"concurrent_{next(_numbers)}")
    upgrade(url)
    return url


@pytest.fixture(scope="module")
def hospital(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresHospital]:
    database = new_database(server, f"concurrent_{next(_numbers)}")
    with PostgresHospital(tmp_path_factory.mktemp("hospital"), url_of_database=database).running_with_admin() as running:
        yield running


@pytest.fixture(scope="module")
def admin(hospital: PostgresHospital) -> Iterator[Person]:
    person = hospital.sign_in(ADMIN)
    yield person
    person.http.close()
