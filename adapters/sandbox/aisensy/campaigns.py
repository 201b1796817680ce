"""The campaign API: one request, one template message to one person."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency

from adapters.sandbox.aisensy import answers
from adapters.sandbox.aisensy.access import account_refusal, fated, fault, is_credential
from adapters.sandbox.aisensy.bodies import json_object, text_values, texts
from adapters.sandbox.aisensy.catalogue import Campaign, Catalogue, filled
from adapters.sandbox.aisensy.contacts import keep_contact
from adapters.sandbox.aisensy.numbers import digits_of
from adapters.sandbox.aisensy.outcomes import fate_of
from adapters.sandbox.aisensy.sending import Sending
from adapters.sandbox.aisensy.validation import later_failure, links_of, media_url, params_of, refusal_of
from adapters.sandbox.faults import Faults
from adapters.settings import Settings

TYPES = {"image": "IMAGE", "video": "VIDEO", "document": "FILE"}


class CampaignController(Controller):
    path = "/campaign/t1/api"

    # The path of version 2, and the older one that is still about.
    @post(["/", "/v2"], status_code=200)
    async def create(
        self,
        request: Request[Any, Any, Any],
        settings: NamedDependency[Settings],
        faults: NamedDependency[Faults],
        catalogue: NamedDependency[Catalogue],
        sending: NamedDependency[Sending],
    ) -> Response[bytes]:
        """Take a message, or say why not."""
        body = await json_object(request) or {}
        if not is_credential(settings, "AISENSY_API_KEY", body.get("apiKey")):
            return answers.unauthorized()
        if refusal := await fault(request, faults) or await account_refusal(sending.account):
            return refusal
        return await start(request, body, catalogue, sending)

    @post("/campaign-details", status_code=200)
    async def show(
        self,
        request: Request[Any, Any, Any],
        settings: NamedDependency[Settings],
        faults: NamedDependency[Faults],
        catalogue: NamedDependency[Catalogue],
    ) -> Response[bytes]:
        """Tell what a request for a campaign must hold."""
        body = await json_object(request) or {}
        if not is_credential(settings, "AISENSY_API_KEY", body.get("apiKey")):
            return answers.unauthorized()
        if refusal := await fault(request, faults):
            return refusal
        campaign = await catalogue.campaign(str(body.get("campaignName", "")))
        if campaign is None:
            return answers.short("Campaign does not exist.")
        return answers.as_json({"success": True, "requestBody": wanted_by(campaign)})


async def start(
    request: Request[Any, Any, Any], body: Mapping[str, Any], catalogue: Catalogue, sending: Sending
) -> Response[bytes]:
    """Take a message of a campaign, whichever endpoint it came through."""
    phone = digits_of(body.get("destination"))
    name = body.get("campaignName")
    campaign = await catalogue.campaign(name) if isinstance(name, str) else None
    if refusal := refusal_of(body, campaign, phone):
        return refusal
    assert campaign
    assert phone
    if refusal := fated(request, fate_of(phone, sending.chance)):
        return refusal
    submitted_id = str(uuid4())
    await _take(body, campaign, phone, submitted_id, sending)
    # The word, not the value: so it stands in every answer that was published.
    return answers.as_json({"success": "true", "submitted_message_id": submitted_id})


async def _take(body: Mapping[str, Any], campaign: Campaign, phone: str, submitted_id: str, sending: Sending) -> None:
    attributes = text_values(body.get("attributes"))
    contact = await keep_contact(
        sending.database,
        phone,
        body["userName"].strip(),
        source=str(body.get("source") or ""),
        tags=texts(body.get("tags")),
        attributes=attributes,
    )
    fallbacks = text_values(body.get("paramsFallbackValue"))
    params = [_param(param, contact, fallbacks) for param in params_of(body) or []]
    content = content_of(campaign, params, body)
    media = content["media"] or {}
    code = later_failure(campaign, params, content["text"], media.get("url", ""), media.get("filename", ""))
    await sending.take(
        contact,
        content,
        code,
        message_type=TYPES.get(campaign.template.media, "TEXT"),
        submitted_id=submitted_id,
        campaign=campaign.name,
        category=campaign.template.category,
    )


def content_of(campaign: Campaign, params: list[str], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message as the customer's phone shows it."""
    template, links, given = campaign.template, links_of(body), body.get("media")
    filename = given.get("filename") if isinstance(given, dict) else None
    media = {
        "kind": template.media,
        "url": media_url(body),
        "filename": filename if isinstance(filename, str) else "",
    }
    return {
        "text": filled(template.body, params),
        "header": str(template.part("HEADER").get("text", "")),
        "footer": str(template.part("FOOTER").get("text", "")),
        "media": media if template.media else None,
        "buttons": [_button(button, index, links.get(index, "")) for index, button in enumerate(template.buttons)],
    }


def wanted_by(campaign: Campaign) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "campaignName": campaign.name,
        "templateParams": [f"{{{{{number}}}}}" for number in range(1, campaign.template.parameters + 1)],
    }
    if campaign.template.media:
        wanted["media"] = {"url": "", "filename": ""}
    return wanted


def _button(button: Mapping[str, Any], index: int, ending: str) -> dict[str, Any]:
    shown = {"type": str(button.get("type", "")), "text": str(button.get("text", "")), "index": index}
    if button.get("type") == "URL":
        shown["url"] = filled(str(button.get("url", "")), [ending])
    return shown


def _param(param: str, contact: Any, fallbacks: Mapping[str, str]) -> str:
    """Return the parameter; ``$FirstName`` and the like are filled from the contact."""
    if not param.startswith("$"):
        return param
    name = param[1:]
    known = {"Name": contact.name, "FirstName": contact.name.split(" ")[0], **contact.attributes}
    return str(known.get(name) or fallbacks.get(name) or "")
