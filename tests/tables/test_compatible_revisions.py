"""A service works on a newer database where each newer migration says so, and such migrations only expand the schema."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from careplus_cli.database import DatabaseUnusable, migrate
from careplus_tables import migrate as migrations
from careplus_tables.engine import Database, sync_engine
from careplus_tables.migrate import HEAD, MIGRATIONS, WrongSchema, alembic_config, check_schema, upgrade, wait_for_schema
from tests.templates import migrated_file

BERLIN = ZoneInfo("Europe/Berlin")
NEXT = [f"{int(HEAD) + number:04}" for number in (1, 2)]
MIGRATION = """
revision, down_revision = "{}", "{}"
{}

def upgrade():
    pass
"""
Plant = Callable[..., str]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return migrated_file(tmp_path)


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> Plant:
    """Return a function that migrates to new revisions, one for each text, and returns the URL; afterwards this code is old."""

    def migrate_to(*texts: str) -> str:
        folder = tmp_path / "migrations"
        shutil.copytree(MIGRATIONS, folder)
        for before, number, text in zip([HEAD, *NEXT], NEXT, texts, strict=False):
            (folder / "versions" / f"{number}_planted.py").write_text(MIGRATION.format(number, before, text))
        with monkeypatch.context() as newer:
            newer.setattr(migrations, "MIGRATIONS", folder)
            newer.setattr(migrations, "HEAD", NEXT[len(texts) - 1])
            upgrade(url)
        return url

    return migrate_to


@pytest.mark.parametrize("texts", [("older_code_works = True",), ("older_code_works = True",) * 2])
async def test_older_code_works_on_compatible_schema(plant: Plant, texts: tuple[str, ...]) -> None:
    url = plant(*texts)
    database = Database(url)
    await check_schema(database)
    await wait_for_schema(database)
    await database.close()
    assert migrate(url, BERLIN) == NEXT[len(texts) - 1], "left as it is"


@pytest.mark.parametrize(
    "texts", [("",), ("older_code_works = False",), ("older_code_works = True", ""), ("", "older_code_works = True")]
)
async def test_older_code_refuses_incompatible_schema(plant: Plant, texts: tuple[str, ...]) -> None:
    url = plant(*texts)
    database = Database(url)
    with pytest.raises(WrongSchema, match=f"at revision {NEXT[len(texts) - 1]}, this code needs {HEAD}"):
        await wait_for_schema(database)
    await database.close()
    with pytest.raises(DatabaseUnusable, match="newer than this version"):
        migrate(url, BERLIN)


def narrowed(before: sa.Engine, after: sa.Engine) -> list[str]:
    """Return the parts of the schema that a migration removes, or newly demands, from older code."""
    old_tables, new_tables = definitions(before), definitions(after)
    found = [f"no table {name}" for name in old_tables.keys() - new_tables.keys()]
    # reading one table takes 10 ms
    for table in (name for name in old_tables.keys() & new_tables.keys() if old_tables[name] != new_tables[name]):
        inspectors = sa.inspect(before), sa.inspect(after)
        had, has = ({column["name"]: column for column in one.get_columns(table)} for one in inspectors)
        found += [f"no column {table}.{name}" for name in had.keys() - has.keys()]
        for name in had.keys() & has.keys():
            if str(had[name]["type"]) != str(has[name]["type"]) or (had[name]["nullable"] and not has[name]["nullable"]):
                found.append(f"narrower column {table}.{name}")
        for name in has.keys() - had.keys():
            if not has[name]["nullable"] and has[name]["default"] is None:
                found.append(f"column without default {table}.{name}")
        for kind in ("get_unique_constraints", "get_check_constraints", "get_foreign_keys"):
            old, new = ({name_of(one): one for one in getattr(inspector, kind)(table)} for inspector in inspectors)
            # older code leaves new columns at their defaults; a foreign key concerns its own columns, not those it refers to
            concerns = {name: str(one.get("constrained_columns", one)) for name, one in new.items()}
            concerned = {name for name in new if any(re.search(rf"\b{column}\b", concerns[name]) for column in had)}
            found += [f"new constraint {table}.{name}" for name in (new.keys() - old.keys()) & concerned]
    return sorted(found)


def name_of(constraint: dict[str, Any]) -> str:
    """Return the name, or for a foreign key without one its columns: SQLite keeps no names of added ones."""
    return str(constraint["name"] or constraint.get("constrained_columns"))


def definitions(engine: sa.Engine) -> dict[str, str]:
    with engine.connect() as connection:
        tables = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
    return dict(tables)


def upgrade_to(engine: sa.Engine, number: str) -> None:
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), number)


def scripts() -> list[Any]:
    return [one for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions() if one.revision >= "0042"]


def test_each_new_migration_says_whether_older_code_works() -> None:
    silent = [one.path for one in scripts() if not isinstance(getattr(one.module, "older_code_works", None), bool)]
    assert not silent, "add `older_code_works = True` or `False`; script.py.mako says which"


def test_migrations_with_older_code_only_expand(tmp_path: Path) -> None:
    """Constraints and columns only: a trigger that refuses rows of older code is for the author to see."""
    engine, oldest_first = sync_engine(f"sqlite:///{tmp_path}/careplus.db"), scripts()[::-1]
    upgrade_to(engine, oldest_first[0].down_revision)
    for script in oldest_first:
        before = copied(engine, tmp_path / "before.db")
        upgrade_to(engine, script.revision)
        if script.module.older_code_works:
            assert narrowed(before, engine) == [], f"{script.path}: older code does not work with this"
        before.dispose()


def copied(engine: sa.Engine, file: Path) -> sa.Engine:
    """Return the engine of a copy of the database; the file is replaced."""
    # the last connection moves the write-ahead log into the file
    engine.dispose()
    shutil.copyfile(str(engine.url.database), file)
    return sync_engine(f"sqlite:///{file}")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("ALTER TABLE mails ADD COLUMN note TEXT", []),
        ("ALTER TABLE mails ADD COLUMN note TEXT NOT NULL DEFAULT ''", []),
        ("CREATE TABLE wards (id INTEGER PRIMARY KEY, name TEXT NOT NULL)", []),
        ("ALTER TABLE mails ADD COLUMN note TEXT CONSTRAINT ck_note CHECK (note <> '')", []),
        ("ALTER TABLE mails ADD COLUMN note TEXT CONSTRAINT ck_note CHECK (note <> kind)", ["new constraint mails.ck_note"]),
        ("DROP TABLE mails", ["no table mails"]),
        (
            "ALTER TABLE attempts RENAME COLUMN tried TO count",
            ["column without default attempts.count", "no column attempts.tried"],
        ),
    ],
)
def test_narrowing_statement_is_found(tmp_path: Path, url: str, statement: str, expected: list[str]) -> None:
    engine = sync_engine(url)
    before = copied(engine, tmp_path / "before.db")
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert narrowed(before, engine) == expected
