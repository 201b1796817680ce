"""Row security: table by table, who reaches whose rows with which command; and that no policy is there in vain."""

import pytest

from tests.security.matrix import EXPECTED, differences
from tests.security.rows import ROWS

POLICIES = """
select tablename, policyname, lower(cmd), qual, with_check from pg_policies
where schemaname = 'public' and 'gurudesk_app' = any(roles)
"""


def test_the_matrix_knows_every_table(superuser):
    tables = superuser.execute(
        "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
    )
    known = {row[0] for row in tables} - {"alembic_version"}
    assert known == set(EXPECTED) == set(ROWS)


@pytest.mark.parametrize("table", EXPECTED)
def test_everybody_reaches_the_rows_they_should_and_no_other(table, superuser):
    assert differences(superuser, table) == []


def test_without_any_one_policy_somebody_misses_their_rows(superuser):
    unnoticed = []
    for table, policy, command, *_ in superuser.execute(POLICIES).fetchall():
        with superuser.transaction(force_rollback=True):
            superuser.execute(f"drop policy {policy} on {table}")
            if not differences(superuser, table, (command,)):
                unnoticed.append(f"{policy} on {table}")
    assert unnoticed == []


def test_with_any_one_policy_open_to_all_somebody_reaches_what_they_should_not(superuser):
    unnoticed = []
    for table, policy, command, using, check in superuser.execute(POLICIES).fetchall():
        opened = ("using (true) " if using else "") + ("with check (true)" if check else "")
        with superuser.transaction(force_rollback=True):
            superuser.execute(f"alter policy {policy} on {table} {opened}")
            if not differences(superuser, table, (command,)):
                unnoticed.append(f"{policy} on {table}")
    assert unnoticed == []
