"""The pill that says that nothing here leaves the machine."""

import httpx
import pytest

from adapters.settings import Settings

PILL = "All providers in sandbox"


class TestOneProviderLive:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"instamojo_mode": "live"})

    async def test_it_is_not_said_any_more(self, as_admin: httpx.AsyncClient) -> None:
        assert PILL not in (await as_admin.get("/admin")).text


async def test_it_is_said_while_all_are_in_the_sandbox(as_admin: httpx.AsyncClient) -> None:
    assert PILL in (await as_admin.get("/admin")).text
