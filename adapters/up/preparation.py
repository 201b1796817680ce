"""What must be done to the database before web and worker start."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from adapters.errors import CannotStart
from adapters.postgres.addresses import OWNER_ROLE, owner_url
from adapters.postgres.migrate import applied, head, migrate
from adapters.settings import Settings
from adapters.up import screen


@dataclass(frozen=True, slots=True)
class Population:
    """Who is in the database already."""

    anybody: bool
    demo: bool


def require_database(settings: Settings) -> None:
    """Raise CannotStart when a server that is not ours does not answer, before anything is started for it."""
    if settings.database_url:
        _version(settings)


def prepare(settings: Settings) -> Population:
    """Bring the database to the newest version and look who is in it."""
    version = _version(settings)
    migrate(settings)
    screen.component("database", "up to date" if version == head() else f"brought to version {head()}")
    return population(settings)


def population(settings: Settings) -> Population:
    """Look whether anybody can sign in, and whether the demo's owner can."""
    with psycopg.connect(owner_url(settings), autocommit=True, connect_timeout=10) as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(OWNER_ROLE)))
        row = connection.execute(
            "SELECT EXISTS (SELECT FROM people), EXISTS (SELECT FROM people WHERE email = %s)",
            (screen.DEMO_SIGN_INS[0],),
        ).fetchone()
    assert row is not None
    return Population(*row)


def _version(settings: Settings) -> str | None:
    try:
        with psycopg.connect(owner_url(settings), connect_timeout=10) as connection:
            return applied(connection)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise CannotStart(f"The database does not answer: {reason}") from None
