"""What slips through when somebody adds a table, a view or a function and forgets who may see it."""

import pytest

# Written by migrations alone and about nobody: the version of the database.
WITHOUT_ROWS_OF_ANYBODY = {"alembic_version"}

# Functions that act as the owner, past row security: each checks for itself who asks, or tells nothing about anybody.
ACT_AS_OWNER = {
    "app_now",
    "come_in",
    "count_leads",
    "enter",
    "enter_with_token",
    "fold_lead_counts",
    "is_my_course",
    "remember_import",
    "recording_source",
    "plan_stored_file_deletion",
    "plan_submission_receipt",
    "search_people",
    "session_start_url",
    "shift_clock",
    "sort_in_people",
}
OURS = "and not exists (select from pg_depend d where d.objid = {oid} and d.deptype = 'e')"


def names(superuser, statement):
    return {row[0] for row in superuser.execute(statement)}


@pytest.fixture
def tables(superuser):
    return names(
        superuser, "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    )


def test_every_table_is_under_row_security_its_owner_included(superuser, tables):
    secured = names(
        superuser,
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity and relforcerowsecurity",
    )
    assert tables - secured == WITHOUT_ROWS_OF_ANYBODY


def test_every_command_the_app_may_use_on_a_table_has_a_policy_and_no_policy_is_for_all(superuser, tables):
    granted = superuser.execute(
        "select table_name, lower(privilege_type) from information_schema.role_table_grants"
        " where table_schema = 'public' and grantee in ('gurudesk_app', 'PUBLIC')"
        # What may be read column by column is granted column by column.
        " union select table_name, lower(privilege_type) from information_schema.role_column_grants"
        " where table_schema = 'public' and grantee in ('gurudesk_app', 'PUBLIC')"
    ).fetchall()
    policies = superuser.execute(
        "select tablename, lower(cmd) from pg_policies where schemaname = 'public' and 'gurudesk_app' = any(roles)"
    ).fetchall()
    about_somebody = {grant for grant in granted if grant[0] not in WITHOUT_ROWS_OF_ANYBODY}
    assert about_somebody == set(policies)
    assert len(policies) == len(set(policies))
    roles = names(superuser, "select distinct unnest(roles)::text from pg_policies where schemaname = 'public'")
    assert roles == {"gurudesk_app", "gurudesk_owner"}


def test_the_app_may_only_read_which_version_the_database_has(superuser):
    granted = names(
        superuser,
        "select lower(privilege_type) from information_schema.role_table_grants"
        " where table_name = 'alembic_version' and grantee = 'gurudesk_app'",
    )
    assert granted <= {"select"}


@pytest.mark.parametrize("role", ["gurudesk_app", "gurudesk_sandbox"])
def test_the_roles_that_serve_requests_have_no_powers_and_own_nothing_of_the_business(superuser, role):
    powers = superuser.execute(
        "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication from pg_roles where rolname = %s",
        (role,),
    ).fetchone()
    assert powers == (False,)
    owned = superuser.execute(
        "select count(*) from pg_class where relowner = %(role)s::regrole and relnamespace = 'public'::regnamespace"
        " union all select count(*) from pg_proc where proowner = %(role)s::regrole"
        " union all select count(*) from pg_namespace where nspowner = %(role)s::regrole"
        " union all select count(*) from pg_database where datdba = %(role)s::regrole"
        " union all select count(*) from pg_auth_members where member = %(role)s::regrole",
        {"role": role},
    ).fetchall()
    assert {row[0] for row in owned} == {0}
    assert superuser.execute("select has_schema_privilege(%s, 'public', 'CREATE')", (role,)).fetchone() == (False,)


def test_the_sandbox_cannot_read_a_table_of_the_business(superuser, tables):
    readable = {
        table
        for table in tables
        if superuser.execute("select has_table_privilege('gurudesk_sandbox', %s, 'SELECT')", (table,)).fetchone()
        == (True,)
    }
    assert readable == set()


def test_views_ask_as_who_reads_them_and_materialised_ones_are_not_for_the_app(superuser):
    careless = names(
        superuser,
        "select relname from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'v'"
        " and not coalesce(reloptions @> array['security_invoker=true'], false) " + OURS.format(oid="c.oid"),
    )
    assert careless == set()
    served = names(
        superuser,
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'm'"
        " and has_table_privilege('gurudesk_app', oid, 'SELECT')",
    )
    assert served == set()


def test_functions_that_act_as_the_owner_are_known_and_take_no_search_path_from_the_caller(superuser):
    functions = superuser.execute(
        "select proname, coalesce(array_to_string(proconfig, ','), '') from pg_proc p"
        " where pronamespace = 'public'::regnamespace and prosecdef " + OURS.format(oid="p.oid")
    ).fetchall()
    assert {name for name, _config in functions} == ACT_AS_OWNER
    assert {config for _name, config in functions} == {"search_path=public, pg_temp"}


def test_functions_that_act_as_the_owner_are_for_the_app_alone(superuser):
    open_to_all = names(
        superuser,
        "select proname from pg_proc p where pronamespace = 'public'::regnamespace and prosecdef"
        " and prorettype <> 'trigger'::regtype"
        " and has_function_privilege('gurudesk_sandbox', p.oid, 'EXECUTE') and proname <> 'app_now' "
        + OURS.format(oid="p.oid"),
    )
    assert open_to_all == set()


# What the sandbox is told of the business: moments, kinds and numbers, and nothing that is anybody's.
TOLD_TO_THE_SANDBOX = {
    "advance_clock": {"timestamp with time zone"},
    "app_now": {"timestamp with time zone"},
    "product_happened": {"at", "channel", "kind", "outcome", "how_many"},
    "product_next": {"timestamp with time zone"},
    "product_outstanding": {"channel", "how_many"},
    "product_upcoming": {"at", "channel", "kind", "how_many"},
    "product_waits": {"double precision"},
}


def test_the_sandboxs_functions_that_act_as_the_owner_tell_no_more_than_they_should(superuser):
    functions = superuser.execute(
        "select proname, coalesce(array_to_string(proconfig, ','), ''), format_type(prorettype, null),"
        " coalesce((select array_agg(name) from unnest(proargnames, proargmodes) a (name, mode) where mode = 't'), '{}'),"
        " has_function_privilege('gurudesk_app', oid, 'EXECUTE') from pg_proc"
        " where pronamespace = 'sandbox'::regnamespace and prosecdef"
    ).fetchall()
    told = {name: set(columns) or {returned} for name, _config, returned, columns, _open in functions}
    assert told == TOLD_TO_THE_SANDBOX
    assert {config for _name, config, *_rest in functions} == {"search_path=public, pg_temp"}
    assert not any(is_open for *_rest, is_open in functions)


def test_the_sandbox_moves_the_clock_on_and_never_back(superuser):
    superuser.execute("set local role gurudesk_sandbox")
    for by, moved in (("1 hour", True), ("-1 hour", False), ("0", False), ("400 days", False)):
        row = superuser.execute(
            "select sandbox.app_now(), sandbox.advance_clock(%s::interval), sandbox.app_now()", (by,)
        ).fetchone()
        assert (row[2] > row[0] or row[1] > row[0]) is moved, by
