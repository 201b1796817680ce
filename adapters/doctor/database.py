"""The database: reachable, new enough, up to date, and strict about who sees what."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg

from adapters.doctor.finding import Finding, right, wrong
from adapters.postgres.addresses import app_url
from adapters.postgres.migrate import APPLIED, head
from adapters.settings import Settings

OLDEST = 15
WORST_OFFSET = timedelta(seconds=2)

OPEN_TABLES = """
select c.relname from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'alembic_version'
  and not (c.relrowsecurity and c.relforcerowsecurity) order by 1
"""
TABLES = "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
TOO_STRONG = """
select concat_ws(' and ', case when rolsuper then 'is a superuser' end,
  case when rolbypassrls then 'bypasses row security' end,
  case when exists (select from pg_class where relowner = r.oid) then 'owns tables' end,
  case when pg_has_role(r.oid, 'gurudesk_owner', 'member') then 'may act as the owner' end)
from pg_roles r where rolname = current_user
"""


def examine_database(settings: Settings) -> Iterator[Finding]:
    try:
        with psycopg.connect(app_url(settings), autocommit=True, connect_timeout=5) as connection:
            yield from _looked_at(connection)
    except psycopg.Error as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        yield wrong("Database", f"The app cannot use it: {reason}")


def _looked_at(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[Finding]:
    yield _version(connection.info.server_version // 10000)
    yield _migrations(connection)
    yield _row_security(connection)
    yield _app_role(connection)
    yield _clock(connection)


def _version(major: int) -> Finding:
    if major >= OLDEST:
        return right("Database", f"Postgres {major} answers.")
    return wrong("Database", f"Postgres {major} is too old: version {OLDEST} or newer is needed.")


def _migrations(connection: psycopg.Connection[tuple[object, ...]]) -> Finding:
    try:
        version = _value(connection, APPLIED)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        version = None
    if version == head():
        return right("Migrations", f"The database is at the newest version, {version}.")
    return wrong("Migrations", f"The database is at {version}, this program needs {head()}. Run: gurudesk migrate")


def _row_security(connection: psycopg.Connection[tuple[object, ...]]) -> Finding:
    tables = [str(name) for (name,) in connection.execute(OPEN_TABLES)]
    if tables:
        return wrong("Row security", f"Not forced on: {', '.join(tables)}. Anybody could see these rows.")
    count = int(str(_value(connection, TABLES)))
    if count < 2:
        return wrong("Row security", "There are no tables yet. Run: gurudesk migrate")
    return right("Row security", f"Forced on every table ({count - 1}).")


def _app_role(connection: psycopg.Connection[tuple[object, ...]]) -> Finding:
    role = connection.info.user
    if reason := _value(connection, TOO_STRONG):
        return wrong("App role", f"{role} {reason}: row security would not hold. See GURUDESK_APP_DATABASE_URL.")
    return right("App role", f"{role} is bound by row security.")


def _clock(connection: psycopg.Connection[tuple[object, ...]]) -> Finding:
    before = datetime.now(UTC)
    theirs = _value(connection, "select clock_timestamp()")
    assert isinstance(theirs, datetime)
    offset = theirs - before - (datetime.now(UTC) - before) / 2
    if abs(offset) <= WORST_OFFSET:
        return right("Clock", "The database and this machine agree on the time.")
    return wrong(
        "Clock", f"The database's clock is {offset.total_seconds():+.0f} s off this machine's. Set both by NTP."
    )


def _value(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> object:
    row = connection.execute(statement).fetchone()
    return row[0] if row else None
