"""What one recipient of a broadcast gets: the text with their own values in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.broadcasts.broadcast import Broadcast, Message
from domain.broadcasts.variables import used_in
from domain.messaging.outbox import whatsapp_params
from domain.messaging.variables import fill, with_marks
from domain.ports.whatsapp import WhatsAppMedia
from domain.work import Row, Work

TEMPLATE = """
select campaign, title, category, body, footer, param_labels, media, buttons, price_paise from whatsapp_templates
 where id = %(id)s
"""
MEDIA_ENDINGS = {"image": "jpg", "video": "mp4", "document": "pdf"}


@dataclass(frozen=True, slots=True)
class Content:
    """A broadcast's message, ready to be filled for each recipient."""

    broadcast: Broadcast
    template: Row | None = None

    def params(self, values: Mapping[str, str]) -> dict[str, Any]:
        """Return what stands in the ``params`` of one recipient's delivery."""
        message = self.broadcast.message
        match self.broadcast.channel:
            case "email":
                # The text is the group's: only what differs stands with the recipient.
                return {name: values.get(name, "") for name in used_in(message.subject, message.body)}
            case "call":
                return {"name": values.get("name", ""), "message": fill(message.body, values)}
            case "whatsapp":
                return whatsapp_params(self.filled(values), self.media, self.links(values))

    def filled(self, values: Mapping[str, str]) -> list[str]:
        """Return the template's parameters for one recipient; WhatsApp takes no empty one."""
        return [fill(text, values).strip() or "-" for text in self.broadcast.message.params]

    def links(self, values: Mapping[str, str]) -> list[str]:
        return [fill(text, values).strip() for text in self.broadcast.message.links]

    @property
    def template_name(self) -> str:
        """Return what the delivery names: the files of the e-mail, the WhatsApp campaign, or the agent of the settings."""
        if self.broadcast.channel == "whatsapp":
            return self.template.campaign if self.template else ""
        return "broadcast" if self.broadcast.channel == "email" else ""

    @property
    def media(self) -> WhatsAppMedia | None:
        """Return the file that goes with the message, if its template has one."""
        url = self.broadcast.message.media_url
        if not url or self.template is None or not self.template.media:
            return None
        name = url.rsplit("/", 1)[-1].split("?")[0] or f"file.{MEDIA_ENDINGS[self.template.media]}"
        return WhatsAppMedia(url, name[:100], self.template.media)


async def content_of(work: Work, broadcast: Broadcast) -> Content:
    """Return the message of a broadcast with its WhatsApp template, if it has one."""
    template_id = broadcast.message.whatsapp_template_id
    return Content(broadcast, await work.row(TEMPLATE, id=template_id) if template_id else None)


def marked(message: Message, form: str = "text") -> dict[str, str]:
    """Return what the e-mail's template is given for all recipients at once: marks stand where they differ."""
    return {"subject": with_marks(message.subject), "body": with_marks(message.body, form)}


def filled_for_one(message: Message, values: Mapping[str, str]) -> dict[str, str]:
    """Return what the e-mail's template is given for one recipient."""
    return {"subject": fill(message.subject, values), "body": fill(message.body, values)}
