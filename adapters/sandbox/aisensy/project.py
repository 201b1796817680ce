"""The Project API: free text within the customer's window, contacts, templates and campaigns."""

import re
from typing import Any

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from adapters.sandbox.aisensy import answers
from adapters.sandbox.aisensy.bodies import json_object, text_values, texts
from adapters.sandbox.aisensy.campaigns import start
from adapters.sandbox.aisensy.catalogue import Campaign, Catalogue, Template
from adapters.sandbox.aisensy.contacts import contact_object, find_contact, keep_contact
from adapters.sandbox.aisensy.events import message_object
from adapters.sandbox.aisensy.messages import find_message
from adapters.sandbox.aisensy.numbers import digits_of
from adapters.sandbox.aisensy.sending import Sending
from adapters.sandbox.database import SandboxDatabase

_TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")


class ProjectController(Controller):
    path = "/"

    # WhatsApp's ids may hold a slash.
    @get("/messages/{message_id:path}")
    async def message(self, database: NamedDependency[SandboxDatabase], message_id: FromPath[str]) -> Response[bytes]:
        message_id = message_id.lstrip("/")
        row = await find_message(database, message_id=message_id) or await find_message(database, wamid=message_id)
        if row is None:
            return answers.named("ERR404", "Message not found", 404)
        contact = await find_contact(database, row.phone)
        return answers.as_json(message_object(row, contact, row.status))

    @get("/contact")
    async def contact(
        self, database: NamedDependency[SandboxDatabase], mobile_number: FromQuery[str] = ""
    ) -> Response[bytes]:
        # A plus in an address means a space.
        contact = await find_contact(database, digits_of(mobile_number.replace(" ", "")) or "")
        if contact is None:
            return answers.named("ERR404", "Contact not found", 404)
        return answers.as_json(contact_object(contact))

    @post("/contact", status_code=200)
    async def create_contact(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase]
    ) -> Response[bytes]:
        body = await json_object(request) or {}
        phone, name = digits_of(body.get("mobile_number")), body.get("name")
        if phone is None:
            return answers.full(400, "Invalid mobile number")
        contact = await keep_contact(
            database, phone, name if isinstance(name, str) else "", attributes=text_values(body.get("attributes"))
        )
        return answers.as_json(contact_object(contact))

    @get("/wa_template")
    async def templates(
        self, catalogue: NamedDependency[Catalogue], limit: FromQuery[int] = 100, skip: FromQuery[int] = 0
    ) -> Response[bytes]:
        templates = (await catalogue.templates())[max(skip, 0) :][: min(max(limit, 1), 1_000)]
        return answers.as_json({"template": [_template(template) for template in templates]})

    @post("/wa_template", status_code=200)
    async def create_template(
        self, request: Request[Any, Any, Any], catalogue: NamedDependency[Catalogue]
    ) -> Response[bytes]:
        body = await json_object(request) or {}
        name, category, components = body.get("name"), body.get("category"), body.get("components") or []
        if not isinstance(name, str) or not _TEMPLATE_NAME.fullmatch(name):
            return answers.meta(100, "A template's name holds small letters, digits and underscores.")
        if category not in CATEGORIES or not _are_components(components):
            return answers.meta(100, "A template has a category and components, a BODY among them.")
        language = body.get("language")
        added = await catalogue.add_template(
            name, language if isinstance(language, str) else "en", category, components
        )
        if added is None:
            return answers.meta(100, "There is already a template with this name.")
        return answers.as_json({"id": added, "name": name, "status": "APPROVED", "category": category})

    @delete("/wa_template/{name:str}", status_code=200)
    async def destroy_template(self, catalogue: NamedDependency[Catalogue], name: FromPath[str]) -> Response[bytes]:
        if not await catalogue.remove_template(name):
            return answers.named("ERR404", "Template not found", 404)
        return answers.as_json({"success": True})

    @post("/campaigns", status_code=200)
    async def campaigns(
        self, request: Request[Any, Any, Any], catalogue: NamedDependency[Catalogue]
    ) -> Response[bytes]:
        body = await json_object(request) or {}
        skip, limit = body.get("skip"), body.get("limit")
        first = skip if isinstance(skip, int) and skip > 0 else 0
        most = limit if isinstance(limit, int) and 0 < limit <= 1_000 else 20
        found = await catalogue.campaigns()
        return answers.as_json({"campaigns": [_campaign(one) for one in found[first:][:most]], "total": len(found)})

    @post("/campaign/api", status_code=200)
    async def create_campaign(
        self, request: Request[Any, Any, Any], catalogue: NamedDependency[Catalogue]
    ) -> Response[bytes]:
        body = await json_object(request) or {}
        name, template = body.get("campaign_name"), body.get("template_name")
        names = [one.name for one in await catalogue.templates()]
        if not isinstance(name, str) or not name.strip() or template not in names:
            return answers.full(400, "Template does not exist")
        added = await catalogue.add_campaign(name.strip(), str(template))
        if added is None:
            return answers.full(400, "Campaign name already exists")
        return answers.as_json(
            {"id": added, "campaign_name": name.strip(), "template_name": template, "status": "LIVE"}
        )

    @post("/campaign/api/send", status_code=200)
    async def send_campaign(
        self,
        request: Request[Any, Any, Any],
        catalogue: NamedDependency[Catalogue],
        sending: NamedDependency[Sending],
    ) -> Response[bytes]:
        body = await json_object(request) or {}
        asked = body | {
            "campaignName": body.get("campaign_name"),
            "destination": body.get("phone_number"),
            "userName": body.get("name") or str(body.get("phone_number") or ""),
            "templateParams": texts(body.get("template_params")),
        }
        return await start(request, asked, catalogue, sending)


def _are_components(value: Any) -> bool:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return False
    if not all(isinstance(one.get("buttons", []), list) for one in value):
        return False
    return any(one.get("type") == "BODY" and isinstance(one.get("text"), str) for one in value)


def _template(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "status": template.status,
        "category": template.category,
        "language": template.language,
        "text": template.body,
        "total_parameters": template.parameters,
        "components": template.components,
    }


def _campaign(campaign: Campaign) -> dict[str, Any]:
    return {
        "id": campaign.id,
        "name": campaign.name,
        "type": "API",
        "status": "LIVE" if campaign.is_live else "DRAFT",
        "template_name": campaign.template.name,
    }
