"""The style guide is for building pages, not for visitors of a business."""

import httpx

from tests.fixtures.web import held_open
from web.app import create_app


async def test_in_development_it_shows_every_control(as_admin):
    answer = await as_admin.get("/styleguide")
    assert answer.status_code == 200
    assert "sample-list" in answer.text


async def test_in_production_it_does_not_exist(settings):
    app = create_app(settings.model_copy(update={"environment": "production"}))
    async with held_open(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as visitor:
            assert (await visitor.get("/styleguide")).status_code == 404
