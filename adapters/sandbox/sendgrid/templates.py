"""Templates kept at SendGrid: dynamic ones are filled by Handlebars, legacy ones by substitutions.

A template has versions, of which one is active; an e-mail gets what that says.
"""

from secrets import token_hex
from typing import Any
from uuid import uuid4

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid import answers
from adapters.sandbox.sendgrid.bodies import json_object

GENERATIONS = ("legacy", "dynamic")
_TEMPLATE = "insert into templates values (%(id)s, %(name)s, %(generation)s, app_now()) returning *"
_VERSION = """
with others as (update template_versions set is_active = false where template_id = %(template_id)s and %(is_active)s)
insert into template_versions (id, template_id, name, is_active, subject, html, plain, updated_at)
values (%(id)s, %(template_id)s, %(name)s, %(is_active)s, %(subject)s, %(html)s, %(plain)s, app_now()) returning *
"""
_TIME = "%Y-%m-%d %H:%M:%S"


class TemplateController(Controller):
    path = "/templates"

    @get()
    async def index(
        self, database: NamedDependency[SandboxDatabase], generations: FromQuery[str] = "legacy"
    ) -> Response[bytes]:
        """List templates; of the legacy ones alone unless ``generations`` asks for others, as SendGrid does."""
        asked = [one for one in generations.split(",") if one in GENERATIONS]
        rows = await database.rows(
            "select * from templates where generation = any(%(asked)s) order by name", asked=asked
        )
        shown = [await _shown(database, row) for row in rows]
        return answers.as_json({"result": shown, "templates": shown, "_metadata": {"count": len(shown)}})

    @post()
    async def create(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase]
    ) -> Response[bytes]:
        body = await json_object(request)
        name, generation = body.get("name"), body.get("generation", "legacy")
        if not isinstance(name, str) or not 0 < len(name) <= 100:
            return answers.error(400, "You must provide a name for the template of at most 100 characters.", "name")
        if generation not in GENERATIONS:
            return answers.error(400, "generation must be legacy or dynamic", "generation")
        new_id = f"d-{token_hex(16)}" if generation == "dynamic" else str(uuid4())
        row = await database.row(_TEMPLATE, id=new_id, name=name, generation=generation)
        return answers.as_json(await _shown(database, row), 201)

    @get("/{template_id:str}")
    async def show(self, database: NamedDependency[SandboxDatabase], template_id: FromPath[str]) -> Response[bytes]:
        row = await _template(database, template_id)
        return answers.as_json(await _shown(database, row)) if row else _missing()

    @delete("/{template_id:str}", status_code=200)
    async def destroy(self, database: NamedDependency[SandboxDatabase], template_id: FromPath[str]) -> Response[bytes]:
        deleted = await database.row("delete from templates where id = %(id)s returning id", id=template_id)
        return answers.nothing() if deleted else _missing()

    @post("/{template_id:str}/versions")
    async def add_version(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase], template_id: FromPath[str]
    ) -> Response[bytes]:
        body = await json_object(request)
        if await _template(database, template_id) is None:
            return _missing()
        for name in ("name", "subject"):
            if not isinstance(body.get(name), str) or not body[name]:
                return answers.error(400, f"You must provide a {name} for the version.", name)
        row = await database.row(
            _VERSION,
            id=str(uuid4()),
            template_id=template_id,
            name=body["name"],
            is_active=body.get("active", 1) == 1,
            subject=body["subject"],
            html=str(body.get("html_content") or ""),
            plain=str(body.get("plain_content") or ""),
        )
        return answers.as_json(_version(row) | {"template_id": template_id}, 201)


async def _template(database: SandboxDatabase, template_id: str) -> Any:
    return await database.row("select * from templates where id = %(id)s", id=template_id)


async def _shown(database: SandboxDatabase, row: Any) -> dict[str, Any]:
    versions = await database.rows(
        "select * from template_versions where template_id = %(id)s order by updated_at", id=row.id
    )
    shown = {"id": row.id, "name": row.name, "generation": row.generation, "updated_at": f"{row.created_at:{_TIME}}"}
    return shown | {"versions": [_version(version) for version in versions]}


def _version(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "template_id": row.template_id,
        "active": int(row.is_active),
        "name": row.name,
        "subject": row.subject,
        "html_content": row.html,
        "plain_content": row.plain,
        "updated_at": f"{row.updated_at:{_TIME}}",
    }


def _missing() -> Response[bytes]:
    return answers.error(404, "resource not found")
