"""The three roles of the database and what each may touch outside single tables."""

from contextlib import suppress

import psycopg
from psycopg import sql

from adapters.errors import CannotStart
from adapters.postgres.addresses import APP_ROLE, OWNER_ROLE, SANDBOX_ROLE, role_password
from adapters.settings import Settings

Connection = psycopg.Connection[tuple[object, ...]]
EXTENSIONS = ("pg_trgm",)
SANDBOX_SCHEMA = "sandbox"


def prepare_roles(connection: Connection, settings: Settings) -> None:
    """Make the roles, schemas and extensions that the migrations need. Running it again changes nothing.

    Raises CannotStart when the login may not, saying what it lacks.
    """
    try:
        _make_role(connection, OWNER_ROLE, None)
        for role in (APP_ROLE, SANDBOX_ROLE):
            _make_role(connection, role, role_password(settings, role) if settings.database_url else None)
        _own_schema(connection)
        _grant(connection)
    except psycopg.errors.InsufficientPrivilege as error:
        raise CannotStart(
            f"The login in GURUDESK_DATABASE_URL may not set up the database: {error.diag.message_primary}. "
            "It needs CREATEROLE and must own the database."
        ) from error


def _make_role(connection: Connection, role: str, password: str | None) -> None:
    known = connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    if known and known[0]:
        raise CannotStart(f"The role {role} is a superuser or bypasses row security: take that from it, then start.")
    if not known:
        login = sql.SQL("NOLOGIN" if role == OWNER_ROLE else "LOGIN")
        with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):  # another was quicker
            connection.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), login))
    if password and not _signs_in(connection, role, password):
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(_scram(connection, role, password))
            )
        )


def _scram(connection: Connection, role: str, password: str) -> str:
    """Hash the password here, so that no server log ever holds it."""
    return connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()


def _signs_in(connection: Connection, role: str, password: str) -> bool:
    parameters = {**connection.info.get_parameters(), "user": role, "password": password, "connect_timeout": "5"}
    try:
        psycopg.connect(**parameters).close()  # type: ignore[arg-type]
    except psycopg.OperationalError:
        return False
    return True


def _own_schema(connection: Connection) -> None:
    database = sql.Identifier(connection.info.dbname)
    owner = sql.Identifier(OWNER_ROLE)
    if not _may_act_as(connection, OWNER_ROLE):
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
    if not _value(connection, "SELECT has_database_privilege(%s, current_database(), 'CREATE')", OWNER_ROLE):
        connection.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(database, owner))
    if _value(connection, "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'") != OWNER_ROLE:
        connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
    for extension in EXTENSIONS:
        if not _value(connection, "SELECT 1 FROM pg_extension WHERE extname = %s", extension):
            connection.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public").format(sql.Identifier(extension))
            )


def _grant(connection: Connection) -> None:
    """Let the app role use what the owner makes, and the sandbox role its own schema alone."""
    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(OWNER_ROLE)))
    names = {"app": sql.Identifier(APP_ROLE), "sandbox": sql.Identifier(SANDBOX_ROLE)}
    schema = sql.Identifier(SANDBOX_SCHEMA)
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {app}").format(**names))
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
    connection.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA {} TO {sandbox}").format(schema, **names))
    connection.execute("RESET ROLE")


def _may_act_as(connection: Connection, role: str) -> bool:
    """Say whether we may SET ROLE; a superuser always may."""
    if _value(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        return True
    right = "SET" if connection.info.server_version >= 160000 else "MEMBER"
    return bool(_value(connection, f"SELECT pg_has_role(current_user, %s, '{right}')", role))


def _value(connection: Connection, statement: str, *values: object) -> object:
    row = connection.execute(statement, values or None).fetchone()
    return row[0] if row else None
