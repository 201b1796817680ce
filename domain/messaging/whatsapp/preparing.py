"""Preparing a WhatsApp message: its template is filled and checked at the last moment, and its log begun."""

from typing import Any

from domain.automation.late import late_links
from domain.automation.running import Ports
from domain.language import _
from domain.messaging.composing import CannotCompose
from domain.messaging.whatsapp.filling import Template, filled, problem_of, template_of
from domain.ports.whatsapp import WhatsAppButton, WhatsAppMedia, WhatsAppMessage, WhatsAppText
from domain.work import Row, Work

TEMPLATE = "select * from whatsapp_templates where campaign = %(campaign)s"
LOG = """
insert into whatsapp_logs (delivery_id, person_id, to_phone, campaign, params, media, body, price_paise, created_at, updated_at)
values (%(id)s, %(person_id)s, %(phone)s, %(campaign)s, to_jsonb(%(params)s::text[]), %(media)s, %(body)s, %(price)s, %(now)s,
  %(now)s)
on conflict (delivery_id) do update set to_phone = excluded.to_phone, campaign = excluded.campaign, params = excluded.params,
  media = excluded.media, body = excluded.body, price_paise = excluded.price_paise, submitted_id = null, message_id = null,
  state = 'sending', rank = 0, reason = '', code = null, fault = '', submitted_at = null,
  created_at = excluded.created_at, updated_at = excluded.updated_at
"""


async def prepare_whatsapp(work: Work, row: Row, ports: Ports) -> WhatsAppMessage | WhatsAppText:
    """Make the message of one claimed delivery and begin its log. Raises CannotCompose when its template does not fit."""
    if not row.template:
        text = str(row.params.get("text", ""))
        await _log(work, row, body=text)
        return WhatsAppText(row.id, row.to_address, text)
    found = await work.row(TEMPLATE, campaign=row.template)
    if found is None or not found.is_active:
        raise CannotCompose(_("There is no WhatsApp template “{name}” in use.", name=row.template))
    template = template_of(found)
    params, media, links = (
        [str(one) for one in row.params.get("params", ())],
        row.params.get("media"),
        late_links(row, ports),
    )
    if problem := problem_of(template, params, media, links):
        raise CannotCompose(problem)
    body = filled(template.body, params)
    await _log(work, row, campaign=template.campaign, params=params, media=media, body=body, price=found.price_paise)
    return _message(row, template, params, media, links, ports.base_url)


def _message(
    row: Row, template: Template, params: list[str], media: dict[str, Any] | None, links: list[str], base_url: str
) -> WhatsAppMessage:
    # The provider fetches the file itself, so a path of ours needs our address before it.
    file = WhatsAppMedia(_public(media["url"], base_url), media["filename"], media["kind"]) if media else None
    return WhatsAppMessage(
        delivery_id=row.id,
        campaign=template.campaign,
        destination=row.to_address,
        name=row.to_name,
        params=params,
        media=file,
        buttons=[WhatsAppButton(index, link) for index, link in zip(template.links, links, strict=True)],
        tags=[row.kind],
    )


def _public(url: str, base_url: str) -> str:
    return f"{base_url}{url}" if url.startswith("/") else url


async def _log(
    work: Work,
    row: Row,
    *,
    body: str,
    campaign: str = "",
    params: list[str] | None = None,
    media: dict[str, Any] | None = None,
    price: object = 0,
) -> None:
    await work.run(
        LOG,
        id=row.id,
        person_id=row.person_id,
        phone=row.to_address,
        campaign=campaign,
        params=params or [],
        media=media,
        body=body,
        price=price,
        now=work.now,
    )
