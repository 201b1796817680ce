"""The pages with which admins look after the business: each opens, and its buttons do what they say."""

import pytest

PAGES = [
    "/account",
    "/account/password",
    "/account/sign-ins",
    "/admin/notifications",
    "/admin/audit",
    "/admin/errors",
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
