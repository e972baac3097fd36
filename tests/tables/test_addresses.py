"""URLs of databases: each form that PostgreSQL's own clients accept leads to the same servers."""

from typing import Any

import pytest
from sqlalchemy.engine import make_url

from careplus_tables.addresses import database_url
from careplus_tables.engine import is_sqlite

QUERY = "target_session_attrs=read-write"


@pytest.mark.parametrize(
    ("url", "hosts", "ports"),
    [
        ("postgresql://u:p@db1:5433,db2:5434/careplus?" + QUERY, "db1,db2", "5433,5434"),
        ("postgres://u:p@db1,db2:5433/careplus?" + QUERY, "db1,db2", "5432,5433"),
        ("postgresql://u:p@db1,db2/careplus?" + QUERY, "db1,db2", "5432,5432"),
        ("postgresql://u:p@/careplus?host=db1,db2&port=5433,5434&" + QUERY, "db1,db2", "5433,5434"),
        ("postgresql://u:p@/careplus?host=db1:5433&host=db2:5434&" + QUERY, "db1,db2", "5433,5434"),
        ("postgresql://u:p@[::1]:5433,[fe80::1]/careplus?" + QUERY, "::1,fe80::1", "5433,5432"),
    ],
)
def test_url_with_several_hosts_names_each(url: str, hosts: str, ports: str) -> None:
    parsed = database_url(url).set(drivername="postgresql+psycopg")
    dialect: Any = parsed.get_dialect()()
    connect = dialect.create_connect_args(parsed)[1]
    wanted = {"host": hosts, "port": ports, "user": "u", "password": "p", "dbname": "careplus"}
    assert connect == {**wanted, "target_session_attrs": "read-write"}
    assert not is_sqlite(url)


def test_url_with_one_host_or_file_stays() -> None:
    for url in ("postgresql://u@db/careplus?options=-c%20a%3D1,2", "sqlite:////data/a,b/careplus.db"):
        assert database_url(url) == make_url(url)
