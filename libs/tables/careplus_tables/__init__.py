"""The one database: its tables, engine, migrations and demo hospital."""

# before any module of ours loads aiosqlite or SQLAlchemy's SQLite dialect, which take what `sqlite3` is then
from careplus_tables import sqlite as sqlite
