"""The pages with which admins look after the business: each opens, and its buttons do what they say."""

import re

import httpx
import pytest
from litestar import Litestar

from bench.round_trips import counted
from tests.web.route_table import route_table

PAGES = [
    "/account",
    "/account/password",
    "/account/sign-ins",
    "/admin/notifications",
    "/admin/audit",
    "/admin/errors",
    "/admin/problems",
    "/admin/integrations",
    "/admin/integrations/zoom/requests",
    "/admin/settings",
    "/admin/search?q=asha",
    "/admin/team",
    "/admin/team/new",
]


@pytest.mark.parametrize("path", PAGES)
async def test_the_owner_can_open(path, as_owner):
    answer = await as_owner.get(path)
    assert answer.status_code == 200, answer.text[-2000:]


LISTS = {
    "/admin/applications": 3,
    "/admin/audit": 3,
    "/admin/audit?action=admin.invited&page=3": 3,
    "/admin/automations": 4,
    "/admin/broadcasts": 3,
    "/admin/campaigns": 3,
    "/admin/courses": 3,
    "/admin/deliveries": 3,
    "/admin/errors": 4,
    "/admin/feedback": 3,
    "/admin/imports": 3,
    "/admin/leads": 3,
    "/admin/messages": 3,
    "/admin/notifications": 3,
    "/admin/payments": 3,
    "/admin/sessions": 3,
    "/admin/problems": 3,
    "/admin/problems?problem=failed&page=2": 3,
    "/admin/students": 3,
    "/admin/team": 4,
    "/admin/team/tokens": 3,
    "/admin/templates": 3,
}


async def test_a_list_costs_four_round_trips_at_most(app: Litestar, as_owner: httpx.AsyncClient) -> None:
    counts = {}
    async with counted(app) as database:
        for path in LISTS:
            database.round_trips = 0
            assert (await as_owner.get(path)).status_code == 200, path
            counts[path] = database.round_trips
    assert counts == LISTS


async def test_every_page_and_action_of_the_palette_is_there(as_owner: httpx.AsyncClient, app: Litestar) -> None:
    palette = (await as_owner.get("/admin")).text.partition('id="palette"')[2].partition("</dialog>")[0]
    links = re.findall(r'role="option"[^>]* href="([^"#]+)', palette)
    assert len(links) > 20
    assert set(links) <= {entry.path for entry in route_table(app) if entry.method == "GET"}
