"""How Alembic runs our migrations: always as the owner role, one transaction each."""

from alembic import context

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Use `gurudesk migrate [REVISION]`: it makes the roles first and migrates as the owner.")

context.configure(connection=connection, transaction_per_migration=True, version_table_schema="public")
with context.begin_transaction():
    context.run_migrations()
