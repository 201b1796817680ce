"""A personal token opens a transaction as its person and no further, and ends when it should."""

from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from domain.accounts.api_tokens import create_token, list_team_tokens, revoke_my_token, revoke_team_token
from domain.accounts.team import change_role, deactivate_admin
from domain.accounts.tokens import token_hash
from domain.errors import NotFound
from domain.work import SYSTEM
from tests.fixtures.cast import BEN, DEVIKA


async def made(database, actor=BEN, days=30):
    token_id = uuid4()
    async with database.work(actor.identity) as work:
        token = await create_token(work, token_id, name="Tests", scopes=["leads:read"], days=days)
    return token.token, token_id


async def entered(database, token):
    async with database.work_of_api_token(token_hash(token)) as work:
        seen = await work.value("select app_role() || ' ' || coalesce(app_person()::text, 'nobody')")
        return work.identity, seen


async def run(database, statement, **values):
    async with database.work(SYSTEM) as work:
        await work.run(statement, **values)


def by_hand(database_url, statement, **values):
    """Change what the app itself may not, as the superuser."""
    with psycopg.connect(database_url) as connection:
        connection.execute(statement, values)


async def test_a_token_opens_a_transaction_as_its_person_with_its_scopes(database, cast):
    token, token_id = await made(database)
    identity, seen = await entered(database, token)
    assert (identity.role, identity.person_id, identity.token.id) == ("admin", BEN.id, token_id)
    assert identity.token.scopes == {"leads:read"}
    assert seen == f"admin {BEN.id}"


async def test_opening_costs_one_round_trip(database, cast):
    token, _token_id = await made(database)
    async with database.work_of_api_token(token_hash(token)) as work:
        assert work.connection.round_trips == 1


async def test_the_token_itself_is_kept_nowhere(database, cast):
    token, _token_id = await made(database)
    async with database.work(SYSTEM) as work:
        kept = await work.value("select string_agg(t::text, ' ') from api_tokens t")
        audited = await work.value("select string_agg(a::text, ' ') from audit_logs a")
    secret = token.split("_", 2)[2]
    assert secret not in kept + audited
    assert "api_token.created" in audited


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("update api_tokens set revoked_at = now()", "revoked"),
        ("update api_tokens set expires_at = now() - interval '1 second'", "expired"),
        ("update profiles set is_active = false", "inactive"),
        ("update profiles set active_since = now()", "inactive"),
        ("update profiles set role = 'student'", "demoted"),
        ("update profiles set must_change_password = true", "password"),
    ],
)
async def test_it_ends_at_once_whatever_ends_it(change, refusal, database, database_url, cast):
    token, _token_id = await made(database)
    by_hand(database_url, f"{change} where person_id = %(id)s", id=BEN.id)
    identity, seen = await entered(database, token)
    assert (identity.role, identity.person_id, identity.token.refusal) == ("anonymous", None, refusal)
    assert seen == "anonymous nobody"


async def test_an_unknown_token_and_a_sign_ins_token_are_nobody(database, cast):
    from domain.accounts.sign_ins import Browser, open_sign_in

    async with database.work(SYSTEM) as work:
        cookie = await open_sign_in(work, BEN.id, Browser("10.0.0.1", "tests"))
    for token in ("gd_0_made up", cookie):
        identity, _seen = await entered(database, token)
        assert (identity.role, identity.token.refusal) == ("anonymous", "unknown")


async def test_a_token_is_no_sign_in(database, cast):
    token, _token_id = await made(database)
    async with database.work_of(token_hash(token)) as work:
        assert work.identity.role == "anonymous"


async def test_moving_the_business_clock_ends_no_token(database, cast):
    token, _token_id = await made(database)
    async with database.work(SYSTEM) as work:
        await work.value("select shift_clock('40 days')")
    assert (await entered(database, token))[0].role == "admin"


async def test_use_is_remembered_every_five_minutes_at_most(database, database_url, cast):
    token, _token_id = await made(database)
    await entered(database, token)
    last = "select last_used_at from api_tokens"
    async with database.work(SYSTEM) as work:
        first = await work.value(last)
    await entered(database, token)
    async with database.work(SYSTEM) as work:
        assert await work.value(last) == first
    by_hand(database_url, "update api_tokens set last_used_at = last_used_at - interval '6 minutes'")
    await entered(database, token)
    async with database.work(SYSTEM) as work:
        assert await work.value(last) >= first


async def test_a_promoted_admins_token_stays_an_admins(database, cast):
    token, _token_id = await made(database)
    await run(database, "update profiles set role = 'super_admin' where person_id = %(id)s", id=BEN.id)
    assert (await entered(database, token))[0].role == "admin"


async def test_taking_access_away_revokes_tokens_for_good(database, cast, work_as):
    token, _token_id = await made(database)
    async with work_as(DEVIKA.identity) as work:
        await deactivate_admin(work, BEN.id)
    await run(database, "update profiles set is_active = true where person_id = %(id)s", id=BEN.id)
    assert (await entered(database, token))[0].token.refusal == "revoked"


async def test_a_demoted_super_admins_tokens_are_revoked(database, cast, work_as):
    await run(database, "update profiles set role = 'super_admin' where person_id = %(id)s", id=BEN.id)
    token, _token_id = await made(database, cast[1])
    async with work_as(DEVIKA.identity) as work:
        await change_role(work, BEN.id, "admin")
    assert (await entered(database, token))[0].token.refusal == "revoked"


async def test_nobody_makes_a_token_for_another_or_above_their_role(database, cast):
    insert = """
    insert into api_tokens (person_id, role, name, public_id, token_hash)
    values (%(person)s, %(role)s, 'x', 'x', 'x')
    """
    for person, role in ((DEVIKA.id, "admin"), (BEN.id, "super_admin")):
        with pytest.raises(InsufficientPrivilege):
            async with database.work(BEN.identity) as work:
                await work.run(insert, person=person, role=role)


async def test_an_admin_neither_sees_nor_ends_anothers_token_and_a_super_admin_does(database, cast):
    token, token_id = await made(database, DEVIKA)
    async with database.work(BEN.identity) as work:
        assert await list_team_tokens(work) == ([], 0)
    with pytest.raises(NotFound):
        async with database.work(BEN.identity) as work:
            await revoke_team_token(work, token_id)
    assert (await entered(database, token))[0].role == "super_admin"
    bens, bens_id = await made(database, BEN)
    with pytest.raises(NotFound):
        async with database.work(DEVIKA.identity) as work:
            await revoke_my_token(work, bens_id)
    async with database.work(DEVIKA.identity) as work:
        await revoke_team_token(work, bens_id)
    assert (await entered(database, bens))[0].token.refusal == "revoked"


@pytest.mark.parametrize("actor", [BEN.identity, DEVIKA.identity, SYSTEM])
@pytest.mark.parametrize(
    "change",
    [
        "role = 'super_admin'",
        "scopes = '{payments:write}'",
        "expires_at = null",
        "token_hash = 'mine'",
        "person_id = person_id",
        "last_used_at = null",
        "created_at = now()",
    ],
)
async def test_nothing_of_a_token_is_rewritten_but_its_end(database, cast, actor, change):
    await made(database)
    with pytest.raises(InsufficientPrivilege):
        async with database.work(actor) as work:
            await work.run(f"update api_tokens set {change}")


async def test_an_end_is_not_taken_back(database, cast):
    token, token_id = await made(database)
    async with database.work(BEN.identity) as work:
        await revoke_my_token(work, token_id)
    with pytest.raises(InsufficientPrivilege):
        async with database.work(BEN.identity) as work:
            await work.run("update api_tokens set revoked_at = null")
    assert (await entered(database, token))[0].token.refusal == "revoked"
