"""How Postgres is reached: addresses, roles, migrations, transactions."""
