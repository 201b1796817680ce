"""Brings a database to the newest version: roles first, then the migrations as the owner role."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import psycopg

from adapters.errors import CannotStart
from adapters.postgres.addresses import APP_ROLE, OWNER_ROLE, owner_url
from adapters.postgres.roles import Connection, prepare_roles
from adapters.settings import ROOT, Settings

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.engine import Connection as AlchemyConnection

# Any number will do, as long as every Gurudesk takes the same one.
LOCK = 4_812_907_361
APPLIED = "SELECT version_num FROM alembic_version"
REVISION = re.compile(r"""^revision\b[^=]*=\s*["']([^"']+)["']""", re.MULTILINE)
DOWN_REVISION = re.compile(r"""^down_revision\b[^=]*=\s*["']([^"']+)["']""", re.MULTILINE)


def migrate(settings: Settings, revision: str = "head", url: str | None = None) -> None:
    """Make roles, schemas and extensions and move the database to ``revision``, up or down.

    Several may call this at once: one works, the others wait and find it done. ``url`` names another
    database of the same server than the settings do.
    """
    address = url or owner_url(settings)
    with _lone_connection(address) as connection:
        prepare_roles(connection, settings)
        if revision != "head" or applied(connection) != head():
            _run(address, revision)


def load_migrations() -> None:
    """Import what migrating takes most of a second to import, for whoever has to wait for the database meanwhile."""
    import alembic.command  # noqa: F401
    import sqlalchemy.dialects.postgresql.psycopg  # noqa: F401


@cache
def head() -> str | None:
    """Return the newest revision that this program knows, None before the first is written.

    Read from the files' text: asking Alembic costs every process most of a second at its start.
    """
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "migrations" / "versions").glob("*.py")]
    revisions = {found[1] for text in texts if (found := REVISION.search(text))}
    replaced = {found[1] for text in texts if (found := DOWN_REVISION.search(text))}
    return max(revisions - replaced, default=None)


async def at_head(connection: "psycopg.AsyncConnection[tuple[object, ...]]") -> bool:
    """Say whether the database is exactly at the version of this program. Costs one round trip."""
    try:
        row = await (await connection.execute(APPLIED)).fetchone()
    except psycopg.errors.UndefinedTable:
        return head() is None
    return (row[0] if row else None) == head()


def applied(connection: Connection) -> str | None:
    """Return the revision the database is at, None when it is empty."""
    if connection.execute("SELECT to_regclass('public.alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute(APPLIED).fetchone()
    return str(row[0]) if row else None


@contextmanager
def _lone_connection(address: str) -> Iterator[Connection]:
    try:
        connection = psycopg.connect(address, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise CannotStart(f"The database does not answer: {str(error).strip().splitlines()[0]}") from error
    with connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        yield connection


def _run(address: str, revision: str) -> None:
    from alembic import command
    from sqlalchemy import NullPool, create_engine, text

    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"SET ROLE {OWNER_ROLE}"))
        connection.execute(text("SET search_path TO public"))
        # A power cut may undo the last migrations, each with its version: the next start does them again.
        connection.execute(text("SET synchronous_commit TO off"))
        connection.commit()
        config = _config(connection)
        move = command.downgrade if _is_back(config, connection, revision) else command.upgrade
        move(config, revision)
        connection.execute(text(f"GRANT SELECT ON alembic_version TO {APP_ROLE}"))
        connection.commit()


def _config(connection: "AlchemyConnection") -> "Config":
    from alembic.config import Config

    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config


def _is_back(config: "Config", connection: "AlchemyConnection", revision: str) -> bool:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    if revision == "base" or revision.startswith("-"):
        return True
    current = MigrationContext.configure(connection).get_current_revision()
    behind = ScriptDirectory.from_config(config).iterate_revisions(current, "base") if current else ()
    return any(step.revision == revision != current for step in behind)
