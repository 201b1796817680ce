"""Where a visitor is taken to come from, with and without proxies in front."""

import pytest
from litestar.testing import RequestFactory

from tests.fixtures.services import make_settings
from web.visitor import address_of


def request_from(settings, forwarded, direct="192.0.2.1"):
    class Services:
        pass

    services = Services()
    services.settings = settings
    request = RequestFactory().get("/", headers={"x-forwarded-for": forwarded} if forwarded else {})
    request.scope["client"] = (direct, 1)
    request.app.state.services = services
    return request


@pytest.mark.parametrize(
    ("proxies", "forwarded", "direct", "expected"),
    [
        (0, "198.51.100.9", "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.9, 203.0.113.5", "192.0.2.1", "203.0.113.5"),
        (2, "198.51.100.9, 203.0.113.5, 10.0.0.1", "192.0.2.1", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.1", "192.0.2.1"),
        (1, "not an address", "192.0.2.1", ""),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_a_visitor_cannot_choose_their_address(proxies, forwarded, direct, expected, tmp_path):
    settings = make_settings("postgresql://x", "redis://x", tmp_path, trusted_proxies=proxies)
    assert address_of(request_from(settings, forwarded, direct)) == expected
