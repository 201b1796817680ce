"""Making, seeing and revoking personal tokens."""

import re
from uuid import uuid4

from domain.work import SYSTEM
from tests.fixtures.api import program, token_of
from tests.fixtures.cast import BEN

FORM = {"name": "Website form", "scopes": ["leads:read", "leads:write"], "days": "30"}


def token_in(page):
    return re.search(r"gd_[0-9a-f]{8}_[\w-]{43}", page)[0]


async def test_a_new_token_is_shown_once_and_works(as_admin, app):
    made = await as_admin.post("/admin/tokens", data=FORM | {"id": str(uuid4())})
    token = token_in(made.text)
    assert made.headers["cache-control"] == "no-store"
    listed = (await as_admin.get("/admin/tokens")).text
    assert token not in listed
    assert token[:11] in listed
    assert "never used" in listed
    async with program(app, token) as client:
        assert (await client.get("/api/me")).json()["scopes"] == ["leads:read", "leads:write"]
        assert (await client.get("/api/students")).status_code == 403
    assert "last used" in (await as_admin.get("/admin/tokens")).text


async def test_sending_the_form_twice_makes_one_token(as_admin, services):
    form = FORM | {"id": str(uuid4())}
    await as_admin.post("/admin/tokens", data=form)
    again = await as_admin.post("/admin/tokens", data=form)
    assert again.status_code == 422
    assert "was made already" in again.text
    async with services.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from api_tokens") == 1


async def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(as_admin):
    answer = await as_admin.post("/admin/tokens", data={"id": str(uuid4()), "name": "Website form"})
    assert answer.status_code == 422
    assert "field-scopes-error" in answer.text
    assert 'value="Website form"' in answer.text
    answer = await as_admin.post("/admin/tokens", data={"id": str(uuid4()), "scopes": "leads:read", "days": "4000"})
    assert "field-name-error" in answer.text
    assert re.search(r'value="leads:read" checked', answer.text)


async def test_a_made_up_scope_is_refused(as_admin):
    form = FORM | {"id": str(uuid4()), "scopes": "everything"}
    assert (await as_admin.post("/admin/tokens", data=form)).status_code == 422


async def test_a_revoked_token_opens_nothing_any_more_and_that_is_written_down(as_admin, app, services):
    token, token_id = await token_of(app, BEN)
    async with program(app, token) as client:
        assert (await client.get("/api/me")).status_code == 200
        await as_admin.post(f"/admin/tokens/{token_id}/revocation")
        assert (await client.get("/api/me")).json()["error"]["code"] == "token_revoked"
    async with services.database.work(SYSTEM) as work:
        actions = [row.action for row in await work.rows("select action from audit_logs order by at")]
    assert actions == ["api_token.created", "api_token.revoked"]
    assert (await as_admin.post(f"/admin/tokens/{token_id}/revocation")).status_code == 404


async def test_a_super_admin_sees_and_revokes_the_tokens_of_the_team(as_owner, as_admin, app):
    token, token_id = await token_of(app, BEN)
    page = (await as_owner.get("/admin/team/tokens")).text
    assert "Ben Thomas" in page
    assert (await as_admin.get("/admin/team/tokens")).status_code == 403
    await as_owner.post(f"/admin/team/tokens/{token_id}/revocation")
    async with program(app, token) as client:
        assert (await client.get("/api/me")).status_code == 401
    assert "Revoked" in (await as_owner.get("/admin/team/tokens")).text


async def test_what_a_token_did_says_by_which(app, cast, services):
    token, _token_id = await token_of(app, BEN)
    async with program(app, token) as client:
        await client.post("/api/leads", json={"email": "ravi@example.com"})
    async with services.database.work(SYSTEM) as work:
        entry = await work.row("select actor_id, details from audit_logs where action = 'lead.added'")
    assert (entry.actor_id, entry.details) == (BEN.id, {"token": "Tests"})
