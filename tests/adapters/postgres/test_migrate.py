"""Roles and migrations: what a database looks like after the set-up."""

import psycopg
import pytest
from alembic.script import ScriptDirectory

from adapters.postgres.addresses import app_url, owner_url, role_password, sandbox_url
from adapters.postgres.migrate import applied, at_head, head, migrate
from adapters.settings import ROOT, Settings


def ask(url: str, statement: str) -> tuple[object, ...]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement).fetchone()


def test_the_app_signs_in_as_a_role_that_row_security_holds_for(settings: Settings) -> None:
    found = ask(
        app_url(settings), "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert found == ("gurudesk_app", False, False)


def test_the_app_cannot_make_tables(settings: Settings) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(app_url(settings), "CREATE TABLE public.mine (id int)")


def test_the_owner_role_owns_the_schema_and_cannot_sign_in(settings: Settings) -> None:
    schema = "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'"
    assert ask(owner_url(settings), schema) == ("gurudesk_owner",)
    assert ask(owner_url(settings), "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'gurudesk_owner'") == (False,)


def test_the_sandbox_sees_its_own_schema_alone(settings: Settings) -> None:
    rights = "SELECT has_schema_privilege('sandbox', 'CREATE'), has_schema_privilege('public', 'USAGE')"
    assert ask(sandbox_url(settings), rights) == (True, False)


def test_migrating_again_changes_nothing(settings: Settings) -> None:
    migrate(settings)
    with psycopg.connect(owner_url(settings)) as connection:
        assert applied(connection) == head()


async def test_the_app_can_tell_that_the_database_is_at_head(settings: Settings) -> None:
    async with await psycopg.AsyncConnection.connect(app_url(settings)) as connection:
        assert await at_head(connection)


def test_a_role_has_one_password_for_as_long_as_the_secret_key_is(settings: Settings) -> None:
    other = settings.model_copy(update={"secret_key": None})
    assert role_password(settings, "gurudesk_app") == role_password(settings, "gurudesk_app")
    assert role_password(settings, "gurudesk_app") != role_password(settings, "gurudesk_sandbox")
    assert role_password(Settings(_env_file=None, data_dir=other.data_dir), "gurudesk_app") != role_password(
        settings, "gurudesk_app"
    )


def test_the_newest_revision_is_the_one_alembic_finds() -> None:
    assert head() == ScriptDirectory(str(ROOT / "migrations")).get_current_head()
