"""Forgetting a password and setting a new one, as a browser does it."""

import httpx

from domain.accounts.one_time_links import create_link
from domain.accounts.passwords import issue_temporary_password
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, send_csrf, sign_in_as, signed_in_browser

MAILS = "select to_address, kind, subject_id from deliveries order by created_at"
CHOSEN = "quiet river lantern"


async def link_for(services, actor, hours=2):
    async with services.database.work(SYSTEM) as work:
        return await create_link(work, "set_password", actor.id, hours)


async def test_asking_for_a_link_says_the_same_for_known_and_unknown_and_mails_only_the_known(as_owner, services):
    known = await as_owner.post("/forgot-password", data={"login": "+91 98765 43201"})
    unknown = await as_owner.post("/forgot-password", data={"login": "+91 98765 43299"})
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text.replace("43299", "43201")
    async with services.database.work(SYSTEM) as work:
        mails = await work.rows(MAILS)
    assert [tuple(mail) for mail in mails] == [(ASHA.email, "set_password", ASHA.id)]


async def test_the_answer_is_there_before_anybody_looks_whether_there_is_such_an_account(app, services, settings, cast):
    mails = []

    async def watched(scope, receive, send):
        async def noticing(message):
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                mails.append(await count_mails(services))

        await app(scope, receive, noticing)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(watched), base_url=settings.base_url) as browser:
        send_csrf(browser, settings)
        assert (await browser.post("/forgot-password", data={"login": ASHA.email})).status_code == 200
    assert mails == [0]
    assert await count_mails(services) == 1


async def count_mails(services):
    async with services.database.work(SYSTEM) as work:
        return len(await work.rows(MAILS))


async def test_a_link_sets_the_password_once_and_ends_every_sign_in(app, services, as_student, as_owner):
    token = await link_for(services, ASHA)
    assert "Choose a password" in (await as_owner.get(f"/set-password/{token}")).text
    done = await as_owner.post(f"/set-password/{token}", data={"password": CHOSEN})
    assert (done.status_code, done.headers["location"]) == (303, "/sign-in")
    assert (await as_student.get("/account")).headers["location"].startswith("/sign-in")
    again = await as_owner.post(f"/set-password/{token}", data={"password": CHOSEN})
    assert again.status_code == 410
    assert "/forgot-password" in again.text
    async with signed_in_browser(app, ASHA) as browser:
        form = {"login": ASHA.email, "password": CHOSEN}
        assert (await browser.post("/sign-in", data=form)).headers["location"] == "/student"


async def test_a_refused_password_leaves_the_link_usable(as_owner, services):
    token = await link_for(services, ASHA)
    refused = await as_owner.post(f"/set-password/{token}", data={"password": "password123"})
    assert refused.status_code == 422
    assert "guessed first" in refused.text
    assert (await as_owner.post(f"/set-password/{token}", data={"password": CHOSEN})).status_code == 303


async def test_an_expired_link_says_so_and_shows_the_way_to_a_new_one(as_owner, services):
    page = await as_owner.get(f"/set-password/{await link_for(services, ASHA, hours=0)}")
    assert page.status_code == 410
    assert "/forgot-password" in page.text


async def test_a_newer_link_voids_the_older(as_owner, services):
    older, newer = await link_for(services, ASHA), await link_for(services, ASHA)
    assert (await as_owner.get(f"/set-password/{older}")).status_code == 410
    assert (await as_owner.get(f"/set-password/{newer}")).status_code == 200


async def test_the_fourth_link_in_an_hour_is_refused_on_the_form_which_keeps_what_was_typed(as_owner):
    for _ in range(3):
        assert (await as_owner.post("/forgot-password", data={"login": ASHA.email})).status_code == 200
    refused = await as_owner.post("/forgot-password", data={"login": ASHA.email})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 3500
    assert "Try again in 60 minutes" in refused.text
    assert ASHA.email in refused.text


async def test_a_temporary_password_opens_one_sign_in_and_only_the_page_to_change_it(app, services, client, cast):
    await sign_in_as(client, app, ASHA)
    async with services.database.work(SYSTEM) as work:
        await work.run("update profiles set must_change_password = true")
        temporary = await issue_temporary_password(work, ASHA.id, services.hasher)
    form = {"login": ASHA.email, "password": temporary}
    first = await client.post("/sign-in", data=form)
    assert first.headers["location"] == "/account/password"
    assert (await client.get("/account")).headers["location"] == "/account/password"
    assert (await client.get("/account/password")).status_code == 200
    async with signed_in_browser(app, ASHA) as other:
        assert "was used or has expired" in (await other.post("/sign-in", data=form)).text
    changed = await client.post("/account/password", data={"password": CHOSEN})
    assert changed.headers["location"] == "/student"
    assert (await client.get("/account")).status_code == 200
