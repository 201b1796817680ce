"""The style guide is for building pages, not for visitors of a business."""

import httpx
from jinja2 import meta, nodes

from adapters.settings import ROOT
from tests.fixtures.web import held_open
from web.app import create_app
from web.rendering import engine


async def test_in_development_it_shows_every_control(as_admin):
    answer = await as_admin.get("/styleguide")
    assert answer.status_code == 200
    assert "sample-list" in answer.text


def test_it_shows_every_macro_and_every_part_there_is():
    reached, called, waiting = set(), set(), ["styleguide/index.html"]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        tree = parsed(name)
        called |= {call.node.name for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)}
        waiting += [found for found in meta.find_referenced_templates(tree) if found]
    parts = {f"ui/{file.name}" for file in (ROOT / "templates" / "ui").glob("*.html")}
    assert parts - reached == set()
    macros = {macro.name for part in parts for macro in parsed(part).find_all(nodes.Macro)}
    assert {name for name in macros if not name.startswith("_")} - called == set()


def parsed(name):
    environment = engine().engine
    return environment.parse(environment.loader.get_source(environment, name)[0])


async def test_in_production_it_does_not_exist(settings):
    app = create_app(settings.model_copy(update={"environment": "production"}))
    async with held_open(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as visitor:
            assert (await visitor.get("/styleguide")).status_code == 404
