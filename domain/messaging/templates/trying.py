"""Trying a text out: to oneself, as an ordinary delivery, before or after it is kept."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from domain import audit
from domain.errors import InvalidInput
from domain.language import _
from domain.messaging.outbox import plan_email
from domain.messaging.templates.catalogue import TEMPLATES
from domain.messaging.templates.checking import check_text
from domain.messaging.templates.rendering import FILES
from domain.messaging.templates.text import TemplateText
from domain.work import Work


async def try_text(work: Work, text: TemplateText, values: Mapping[str, str]) -> UUID:
    """Send a text, kept or not, to whoever asks; return its delivery.

    ``values`` fill it: they are samples and somebody's facts, never their secrets. Raises InvalidInput.
    """
    work.require_admin()
    check_text(text, text.subject, text.body)
    me = work.identity
    if not me.email:
        raise InvalidInput({"": _("Your own account has no e-mail address.")})
    # The body stands with the delivery: it may never be kept anywhere else.
    params = {name: values[name] for name in text.names if name in values}
    params |= {"text_key": text.key, "text_subject": text.subject, "text_body": text.body}
    delivery_id = await plan_email(
        work,
        kind="test",
        template=FILES,
        to=me.email,
        name=me.name,
        key=f"try_text:{uuid4()}",
        params=params,
        person_id=me.person_id,
    )
    assert delivery_id is not None  # its key is new
    await audit.record(work, "message_template.tried_out", "message_template", None, text.title, key=text.key)
    return delivery_id


def tried_text(template: str, params: Mapping[str, Any]) -> TemplateText | None:
    """Return the text that a delivery made by `try_text` brings along."""
    text = TEMPLATES.get(str(params.get("text_key", ""))) if template == FILES else None
    return replace(text, subject=str(params["text_subject"]), body=str(params["text_body"])) if text else None
