"""What AiSensy posts about a message: its own envelope, or Meta's payload passed on."""

from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

import msgspec

from adapters.provider_settings import SANDBOX_VALUES
from adapters.sandbox.aisensy.contacts import milliseconds
from adapters.sandbox.aisensy.reasons import REASONS

PROJECT_ID = SANDBOX_VALUES["AISENSY_PROJECT_ID"]
OUR_NUMBER = "919800000000"
_IDS = {"app_id": "695a000000000000000000a1", "webhook_id": "695a000000000000000000b2", "project_id": PROJECT_ID}
_CLOUD_TYPES = {"FILE": "document", "CONTACT": "contacts", "QUICK_REPLY": "button"}


def project_event(topic: str, message: dict[str, Any], at: datetime) -> bytes:
    """Return one event in AiSensy's envelope."""
    envelope = {
        "id": token_hex(12),
        # The docs say milliseconds; what arrives is ISO 8601.
        "created_at": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "topic": topic,
        "delivery_attempt": "1",
        **_IDS,
        "data": {"message": message},
    }
    return msgspec.json.encode(envelope)


def message_object(row: Any, contact: Any, status: str, *, names_submitted: bool = True) -> dict[str, Any]:
    """Return a message as AiSensy shows it at this status; moments that have not come are null."""
    reached = {"sent": ("SENT", "DELIVERED", "READ"), "delivered": ("DELIVERED", "READ"), "read": ("READ",)}
    moments = {
        f"{name}_at": milliseconds(getattr(row, f"{name}_at")) if status in names else None
        for name, names in reached.items()
    }
    ours = row.sender != "USER"
    campaign = {"name": row.campaign, "sent_at": milliseconds(row.created_at)} if row.campaign else None
    failed = status == "FAILED"
    return {
        "type": "message",
        "id": row.message_id,
        "project_id": PROJECT_ID,
        "phone_number": row.phone,
        "countryCode": "91" if row.phone.startswith("91") else "",
        "userName": contact.name,
        "contact_id": contact.id,
        "campaign": campaign,
        "sender": row.sender,
        "message_type": row.message_type,
        "message_content": _shown(row.content) if ours else row.content,
        "status": status,
        "is_HSM": bool(row.campaign),
        "chatbot_response": None,
        **(moments if ours else moments | {"sent_at": milliseconds(row.created_at)}),
        "failed_at": milliseconds(row.failed_at) if failed else None,
        "agent_id": None,
        "failureResponse": {"code": row.code, "reason": REASONS.get(row.code, "Something went wrong")}
        if failed
        else {},
        "messageId": row.wamid,
        "submitted_message_id": row.submitted_id if names_submitted else "",
        "message_price": 0.13 if row.campaign else 0,
        "deductionType": row.category or None,
        "meta_data": [],
        "context": {"from": OUR_NUMBER, "id": row.context_wamid} if row.context_wamid else None,
    }


def cloud_status(row: Any, status: str, at: datetime) -> bytes:
    """Return a status as Meta tells it."""
    told: dict[str, Any] = {
        "id": row.wamid,
        "status": status.lower(),
        "timestamp": str(int(at.timestamp())),
        "recipient_id": row.phone,
    }
    if status == "FAILED":
        title = REASONS.get(row.code, "Something went wrong")
        told["errors"] = [{"code": row.code, "title": title, "message": title, "error_data": {"details": title}}]
    elif row.category:
        told["pricing"] = {
            "billable": True,
            "pricing_model": "PMP",
            "type": "regular",
            "category": row.category.lower(),
        }
    return _cloud({"statuses": [told]})


def cloud_message(row: Any, contact: Any) -> bytes:
    """Return a customer's message as Meta tells it."""
    kind = _CLOUD_TYPES.get(row.message_type, row.message_type.lower())
    message: dict[str, Any] = {
        "from": row.phone,
        "id": row.wamid,
        "timestamp": str(int(row.created_at.timestamp())),
        "type": kind,
        **_cloud_content(kind, row.content),
    }
    if row.context_wamid:
        message["context"] = {"from": OUR_NUMBER, "id": row.context_wamid}
    return _cloud({"contacts": [{"profile": {"name": contact.name}, "wa_id": row.phone}], "messages": [message]})


def _cloud_content(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    if kind == "text":
        return {"text": {"body": content["text"]}}
    if kind == "button":
        return {"button": {"text": content["text"], "payload": content["callbackPayload"]}}
    if kind == "contacts":
        return {"contacts": content["contacts"]}
    if kind == "location":
        return {"location": content}
    file = {"id": content.get("id", ""), "mime_type": content.get("mimeType", ""), "url": content.get("url", "")}
    return {kind: file | ({"caption": content["caption"]} if content.get("caption") else {})}


def _cloud(value: dict[str, Any]) -> bytes:
    metadata = {"display_phone_number": OUR_NUMBER, "phone_number_id": "106540352242922"}
    changed = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": changed}]}
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})


def _shown(content: dict[str, Any]) -> dict[str, Any]:
    media = content.get("media") or {}
    return {"text": content.get("text", "")} | ({"url": media["url"]} if media else {})
