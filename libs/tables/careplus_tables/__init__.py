"""The one database: its tables, engine, migrations and demo hospital."""
