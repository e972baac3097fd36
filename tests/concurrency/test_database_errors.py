"""Errors of PostgreSQL: those that end by themselves are 503 with Retry-After, and none shows the values of a row."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request

from careplus_runtime.http.request_id import RequestIdMiddleware
from careplus_runtime.http.serving import answer_database_errors
from careplus_runtime.process import logs
from careplus_tables.engine import Database, sync_engine
from tests.hospital import eventually

STATES = "25006 25P03 26000 40001 40P01 55P03 57014 57P01 57P02 57P03 53300 08006"
RAISE = "DO $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{}'; END $$"
EMAIL = "pia.novak@example.org"
INSERT = (
    "INSERT INTO accounts (email, full_name, sort_key, search_key, role, sex, active, created_at, version)"
    f" VALUES ('{EMAIL}', 'P', 'p', 'p', '{{}}', 'unknown', true, now(), 1)"
)


@pytest.fixture(autouse=True)
def _restored_log() -> Iterator[None]:
    """Log to the standard output of the process again, after a test that captures its own."""
    yield
    logs.configure("auth", "info")


def client(database: Database) -> httpx.AsyncClient:
    """Return a client of an application that runs the statement of each request."""
    logs.configure("auth", "info")
    app = FastAPI()
    answer_database_errors(app)
    app.add_middleware(RequestIdMiddleware, log_all=False)

    @app.post("/")
    async def run(request: Request) -> dict[str, Any]:
        async with database.writing() as db:
            await db.execute(sa.text((await request.body()).decode()))
        return {}

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tests")


@pytest.mark.parametrize("state", STATES.split())
async def test_temporary_error_is_503_with_retry_after(database_url: str, state: str) -> None:
    database = Database(database_url)
    async with client(database) as http:
        answer = await http.post("/", content=RAISE.format(state))
        assert (answer.status_code, answer.headers.get("retry-after")) == (503, "2"), answer.text
        assert (await http.post("/", content="SELECT 1")).status_code == 200
    await database.close()


async def test_ended_connection_is_503_and_replaced(database_url: str) -> None:
    database = Database(database_url)
    async with client(database) as http:
        answer = await http.post("/", content="SELECT pg_terminate_backend(pg_backend_pid())")
        assert (answer.status_code, answer.headers.get("retry-after")) == (503, "2"), answer.text
        assert (await http.post("/", content="SELECT 1")).status_code == 200
    await database.close()


async def test_other_error_is_500_without_values(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(database_url)
    wrong = ("INSERT INTO attempts (key) VALUES ('" + EMAIL + "')", f"SELECT '{EMAIL}'::int")
    async with client(database) as http:
        assert (await http.post("/", content=INSERT.format("patient"))).status_code == 200
        for statement in (INSERT.format("patient"), INSERT.format("nobody"), *wrong):
            answer = await http.post("/", content=statement)
            assert answer.status_code == 500, answer.text
            assert EMAIL not in answer.text
    await database.close()
    log = capsys.readouterr().out
    assert "uq_accounts_email" in log, "the constraint is named"
    # the statement of this test holds the value itself; the services bind theirs
    lines = [part for part in log.replace("\\n", "\n").splitlines() if "[SQL:" not in part]
    assert EMAIL not in "\n".join(lines)


@pytest.mark.parametrize("verbosity", ["default", "terse"])
def test_terse_server_log_has_no_values(server: str, database_url: str, verbosity: str) -> None:
    log = Path(parse_qs(urlsplit(server).query)["host"][0]) / "log"
    written = len(log.read_text())
    columns, values = "account_id, kind, text_version, language, given_at", "%s, 'privacy_notice', now(), 'de', now()"
    insert = f"INSERT INTO consents ({columns}) VALUES ({values})"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET log_error_verbosity = {verbosity}")
        connection.execute("SELECT pg_reload_conf()")
        eventually(lambda: connection.execute("SHOW log_error_verbosity").fetchone() == (verbosity,))
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(insert, (4_711_000,))
        # other tests share the server
        connection.execute("ALTER SYSTEM RESET log_error_verbosity")
        connection.execute("SELECT pg_reload_conf()")
        eventually(lambda: connection.execute("SHOW log_error_verbosity").fetchone() == ("default",))
    eventually(lambda: "fk_consents" in log.read_text()[written:])
    assert ("4711000" in log.read_text()[written:]) is (verbosity == "default")


def test_error_of_a_command_has_no_values(database_url: str) -> None:
    engine = sync_engine(database_url)
    insert = sa.text(INSERT.format("patient"))
    with engine.begin() as connection:
        connection.execute(insert)
    with pytest.raises(sa.exc.IntegrityError) as raised, engine.begin() as connection:
        connection.execute(insert)
    engine.dispose()
    assert EMAIL not in str(raised.value.orig)
    assert EMAIL not in str(raised.value).split("[SQL:")[0]
    assert isinstance(raised.value.orig, psycopg.errors.UniqueViolation)
