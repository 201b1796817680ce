"""Trying a text out: to oneself, as an ordinary delivery, before or after it is kept."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from domain import audit
from domain.errors import InvalidInput
from domain.language import _
from domain.messaging.outbox import plan_email
from domain.messaging.templates.catalogue import TEMPLATES
from domain.messaging.templates.checking import check_text
from domain.messaging.templates.rendering import FILES
from domain.messaging.templates.text import TemplateText
from domain.work import Work

TRIED = """
select template, params from deliveries where id = %(id)s and kind = 'test' and channel = 'email' and person_id = %(me)s
"""


async def try_text(work: Work, text: TemplateText, values: Mapping[str, str], form_token: UUID) -> UUID:
    """Send a text, kept or not, to whoever asks; return its delivery.

    ``values`` fill it: they are samples and somebody's facts, never their secrets. What the same form has sent already, with
    the same words, is not sent again. Raises InvalidInput.
    """
    work.require_admin()
    check_text(text, text.subject, text.body)
    me = work.identity
    if not me.email:
        raise InvalidInput({"": _("Your own account has no e-mail address.")})
    # The body stands with the delivery: it may never be kept anywhere else.
    params = {name: values[name] for name in text.names if name in values}
    params |= {"text_key": text.key, "text_subject": text.subject, "text_body": text.body}
    words = hashlib.sha256(f"{text.key}\0{params}".encode()).hexdigest()[:16]
    key = f"try_text:{me.person_id}:{form_token}:{words}"
    delivery_id = await plan_email(
        work,
        kind="test",
        template=FILES,
        to=me.email,
        name=me.name,
        key=key,
        params=params,
        person_id=me.person_id,
    )
    if delivery_id is None:
        sent: UUID = await work.value("select id from deliveries where idempotency_key = %(key)s", key=key)
        return sent
    await audit.record(work, "message_template.tried_out", "message_template", None, text.title, key=text.key)
    return delivery_id


async def find_tried(work: Work, key: str, delivery_id: UUID) -> TemplateText | None:
    """Return the text with the words that whoever asks has tried out in this delivery, or None when they have not."""
    work.require_admin()
    row = await work.row(TRIED, id=delivery_id, me=work.identity.person_id)
    text = tried_text(row.template, row.params) if row else None
    return text if text and text.key == key else None


def tried_text(template: str, params: Mapping[str, Any]) -> TemplateText | None:
    """Return the text that a delivery made by `try_text` brings along."""
    text = TEMPLATES.get(str(params.get("text_key", ""))) if template == FILES else None
    return replace(text, subject=str(params["text_subject"]), body=str(params["text_body"])) if text else None
