"""Passwords: what is refused, how long a temporary one is good, and what changing one ends."""

import asyncio
import re
from datetime import timedelta

import pytest

from adapters.passwords import Argon2PasswordHasher
from adapters.redis.limits import RedisRateLimiter
from domain.accounts.limits import RESET, SIGN_IN, count_sign_in_to
from domain.accounts.one_time_links import LinkSpent, create_link
from domain.accounts.password_rules import check_password
from domain.accounts.passwords import (
    change_password,
    count_link_request,
    issue_temporary_password,
    set_password_by_link,
)
from domain.accounts.sign_ins import Browser, open_sign_in, sign_in
from domain.errors import InvalidInput, TooMany
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, PASSWORD

CHOSEN = "quiet river lantern"


@pytest.fixture(scope="module")
def hasher():
    return Argon2PasswordHasher()


@pytest.fixture
def limiter(database):
    return RedisRateLimiter(database.live.redis)


@pytest.fixture
def attempt(work_as, hasher, limiter):
    async def attempt(password, login=ASHA.email, address="10.0.0.1"):
        browser = Browser(address, "tests")
        how = {"browser": browser, "hasher": hasher, "limiter": limiter, "secret": b"secret"}
        return await sign_in(lambda: work_as(SYSTEM), login=login, password=password, **how)

    return attempt


async def temporary(work_as, hasher):
    async with work_as(SYSTEM) as work:
        await work.run("update profiles set must_change_password = true where person_id = %(id)s", id=ASHA.id)
        return await issue_temporary_password(work, ASHA.id, hasher)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "Password123",
        "aaaaaaaaaaaa",
        "qwertyuiop",
        "asha@example.test",
        "Asha Rao 2026",
        "919876543201",
        "asha.rao.12345",
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password):
    with pytest.raises(InvalidInput):
        check_password(password, email=ASHA.email, name=ASHA.name, phone=ASHA.phone)


@pytest.mark.parametrize("password", [CHOSEN, "Tr0ub4dor&3xyz", "नमस्ते दुनिया मेरी"])
def test_a_long_password_needs_no_signs_and_digits(password):
    check_password(password, email=ASHA.email, name=ASHA.name, phone=ASHA.phone)


async def test_a_temporary_password_can_be_read_aloud_and_is_kept_as_a_hash_alone(work_as, hasher):
    password = await temporary(work_as, hasher)
    assert re.fullmatch(r"[2-9a-km-np-z]{4}(-[2-9a-km-np-z]{4}){2}", password)
    async with work_as(SYSTEM) as work:
        everything = await work.value(
            "select jsonb_agg(p)::text || (select coalesce(jsonb_agg(d)::text, '') from deliveries d) from profiles p"
        )
    assert password not in everything


async def test_a_temporary_password_opens_one_sign_in(work_as, hasher, attempt):
    password = await temporary(work_as, hasher)
    assert (await attempt(password)).must_change_password
    with pytest.raises(InvalidInput, match="was used or has expired"):
        await attempt(password)


async def test_of_two_browsers_that_use_a_temporary_password_at_once_one_gets_in(work_as, hasher, attempt):
    password = await temporary(work_as, hasher)
    results = await asyncio.gather(*(attempt(password) for _ in range(4)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["InvalidInput"] * 3 + ["SignedIn"]


async def test_a_temporary_password_is_good_for_72_hours_of_business_time(work_as, hasher, attempt):
    password = await temporary(work_as, hasher)
    async with work_as(SYSTEM) as work:
        await work.value("select shift_clock(%(by)s)", by=timedelta(hours=72, minutes=1))
    with pytest.raises(InvalidInput, match="was used or has expired"):
        await attempt(password)


async def test_a_new_temporary_password_ends_the_old_one_and_every_sign_in(work_as, hasher, attempt):
    old = await temporary(work_as, hasher)
    await attempt(old)
    new = await temporary(work_as, hasher)
    async with work_as(SYSTEM) as work:
        assert await work.value("select count(*) from sign_ins where revoked_at is null") == 0
    with pytest.raises(InvalidInput, match="is wrong"):
        await attempt(old)
    assert (await attempt(new)).role == "student"


async def test_changing_the_password_asks_for_the_current_one_and_ends_other_sign_ins(work_as, hasher, limiter):
    async with work_as(SYSTEM) as work:
        for _ in range(2):
            await open_sign_in(work, ASHA.id, Browser())
    how = {"hasher": hasher, "limiter": limiter, "address": "10.0.0.1"}
    async with work_as(ASHA.identity) as work:
        with pytest.raises(InvalidInput) as refused:
            await change_password(work, current="something else", new=CHOSEN, **how)
        assert "current" in refused.value.fields
        await change_password(work, current=PASSWORD, new=CHOSEN, **how)
    async with work_as(SYSTEM) as work:
        assert await work.value("select count(*) from sign_ins where revoked_at is null") == 0


async def test_a_link_asked_for_before_the_password_was_changed_works_no_more(work_as, hasher, limiter):
    async with work_as(SYSTEM) as work:
        token = await create_link(work, "set_password", ASHA.id, 2)
    async with work_as(ASHA.identity) as work:
        await change_password(work, current=PASSWORD, new=CHOSEN, hasher=hasher, limiter=limiter, address="")
    async with work_as(SYSTEM) as work:
        with pytest.raises(LinkSpent):
            await set_password_by_link(work, token, "another long phrase", hasher=hasher)


async def test_an_account_can_be_tried_ten_times_from_one_address_and_a_hundred_times_in_all(attempt, limiter, cast):
    for _number in range(10):
        with pytest.raises(InvalidInput):
            await attempt("wrong")
    with pytest.raises(TooMany, match="Try again in 15 minutes"):
        await attempt(PASSWORD)
    assert (await attempt(PASSWORD, address="10.0.1.1")).role == "student"
    for number in range(SIGN_IN.per_account - 11):
        await count_sign_in_to(limiter, ASHA.email, address=f"10.2.0.{number}", browser="")
    with pytest.raises(TooMany):
        await attempt(PASSWORD, address="10.0.1.2")


async def test_one_address_cannot_try_many_accounts(attempt, cast):
    for number in range(50):
        with pytest.raises(InvalidInput):
            await attempt("wrong", login=f"somebody{number}@example.test")
    with pytest.raises(TooMany):
        await attempt(PASSWORD)
    assert (await attempt(PASSWORD, address="10.9.9.9")).role == "student"


async def test_an_unknown_account_costs_as_much_hashing_as_a_known_one(work_as, limiter, cast, hasher):
    checked = []

    class Counting(Argon2PasswordHasher):
        def _verify(self, password_hash, password):
            checked.append(password_hash.rsplit("$", 2)[0])
            return super()._verify(password_hash, password)

    how = {"password": "wrong", "browser": Browser(), "hasher": Counting(), "limiter": limiter, "secret": b"secret"}
    for login in (ASHA.email, "who@example.test"):
        with pytest.raises(InvalidInput, match="is wrong"):
            await sign_in(lambda: work_as(SYSTEM), login=login, **how)
    assert len(checked) == 2
    assert checked[0] == checked[1]


async def test_links_for_many_accounts_from_one_address_are_refused_there_and_nowhere_else(limiter):
    for number in range(RESET.per_address):
        await count_link_request(f"{number}@example.test", limiter=limiter, address="10.0.0.1")
    with pytest.raises(TooMany, match="Try again in 60 minutes"):
        await count_link_request("another@example.test", limiter=limiter, address="10.0.0.1")
    await count_link_request("another@example.test", limiter=limiter, address="10.0.0.2")
