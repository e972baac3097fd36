"""Alembic's environment: the tables, on the connection of `careplus_tables.migrate`."""

from alembic import context

from careplus_tables.registry import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
