"""The outbox: every e-mail, WhatsApp message and call is a row, written in the transaction of its cause, and leaves after
the commit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from domain.ports.whatsapp import WhatsAppMedia
from domain.work import Work

Channel = Literal["email", "whatsapp", "call"]

INSERT = """
insert into deliveries (channel, kind, person_id, campaign_id, broadcast_id, subject_id, to_address, to_name, template, params,
  group_key, idempotency_key, marketing, due_at, created_at)
values (%(channel)s, %(kind)s, %(person_id)s, %(campaign_id)s, %(broadcast_id)s, %(subject_id)s, lower(%(to)s), %(name)s,
  %(template)s, %(params)s, %(group_key)s, %(key)s, %(marketing)s or (%(channel)s = 'whatsapp' and exists (
    select from whatsapp_templates where campaign = %(template)s and category = 'marketing')), %(due_at)s, %(now)s)
on conflict (idempotency_key) do nothing
returning id
"""


async def plan_email(
    work: Work,
    *,
    kind: str,
    to: str,
    name: str = "",
    key: str,
    params: Mapping[str, str] | None = None,
    template: str = "",
    person_id: UUID | None = None,
    subject_id: UUID | None = None,
    campaign_id: UUID | None = None,
    broadcast_id: UUID | None = None,
    group_key: str | None = None,
    marketing: bool = False,
    due_at: datetime | None = None,
) -> UUID | None:
    """Write an e-mail to be sent after the commit; return its delivery's id, or None when ``key`` was planned before.

    ``template`` names files in templates/email/ and is ``kind`` unless given. ``params`` fill it and are no place for
    secrets: those are made when the e-mail is composed. E-mails of one ``group_key`` differ in ``params`` alone and leave
    together. ``marketing`` is what people may opt out of.
    """
    return await _plan(
        work,
        "email",
        kind=kind,
        to=to,
        name=name,
        key=key,
        params=dict(params or {}),
        template=template or kind,
        person_id=person_id,
        subject_id=subject_id,
        campaign_id=campaign_id,
        broadcast_id=broadcast_id,
        group_key=group_key,
        marketing=marketing or campaign_id is not None,
        due_at=due_at,
    )


async def plan_whatsapp(
    work: Work,
    *,
    kind: str,
    to: str,
    template: str,
    key: str,
    name: str = "",
    params: Sequence[str] = (),
    media: WhatsAppMedia | None = None,
    buttons: Sequence[str] = (),
    links: Sequence[str] = (),
    person_id: UUID | None = None,
    subject_id: UUID | None = None,
    broadcast_id: UUID | None = None,
    marketing: bool = False,
    begins_at: datetime | None = None,
    due_at: datetime | None = None,
) -> UUID | None:
    """Write a WhatsApp template message to be sent after the commit; return as `plan_email` does.

    ``to`` is E.164, ``template`` the campaign's name in `whatsapp_templates`, ``params`` fill its {{1}}, {{2}} … in order,
    and ``buttons`` the ends of its links in order; with ``links`` they are what those are made of when it leaves, by these
    names of late.py. Whether they fit is checked when it is composed: a message that does not fit fails with its reason.
    ``begins_at`` is when what it tells of begins: quiet hours give way to it.
    A template of the marketing category is marketing, whatever ``marketing`` says.
    """
    return await _plan(
        work,
        "whatsapp",
        kind=kind,
        to=to,
        name=name,
        key=key,
        params=whatsapp_params(params, media, buttons)
        | ({"links": list(links)} if links else {})
        | ({"begins_at": begins_at.isoformat()} if begins_at else {}),
        template=template,
        person_id=person_id,
        subject_id=subject_id,
        broadcast_id=broadcast_id,
        marketing=marketing,
        due_at=due_at,
    )


async def plan_text(
    work: Work, *, kind: str, to: str, text: str, key: str, name: str = "", person_id: UUID | None = None
) -> UUID | None:
    """Write a WhatsApp message in free text; use `plan_whatsapp_text`, which asks first whether it may be sent."""
    return await _plan(
        work,
        "whatsapp",
        kind=kind,
        to=to,
        name=name,
        key=key,
        params={"text": text},
        template="",
        person_id=person_id,
        due_at=None,
    )


async def plan_call(
    work: Work,
    *,
    kind: str,
    to: str,
    key: str,
    name: str = "",
    user_data: Mapping[str, str] | None = None,
    agent_id: str = "",
    person_id: UUID | None = None,
    subject_id: UUID | None = None,
    broadcast_id: UUID | None = None,
    marketing: bool = False,
    due_at: datetime | None = None,
) -> UUID | None:
    """Write a call to be made after the commit; return as `plan_email` does.

    ``to`` is E.164, ``user_data`` fills the agent's prompt, and ``agent_id`` is the agent of the settings unless given.
    """
    return await _plan(
        work,
        "call",
        kind=kind,
        to=to,
        name=name,
        key=key,
        params=dict(user_data or {}),
        template=agent_id,
        person_id=person_id,
        subject_id=subject_id,
        broadcast_id=broadcast_id,
        marketing=marketing,
        due_at=due_at,
    )


def whatsapp_params(
    params: Sequence[str], media: WhatsAppMedia | None = None, buttons: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what stands in the ``params`` of a WhatsApp delivery, for those who write many rows in one statement."""
    told: dict[str, Any] = {"params": list(params)}
    if media:
        told["media"] = {"url": media.url, "filename": media.filename, "kind": media.kind}
    if buttons:
        told["buttons"] = list(buttons)
    return told


async def _plan(
    work: Work,
    channel: Channel,
    *,
    due_at: datetime | None,
    subject_id: UUID | None = None,
    campaign_id: UUID | None = None,
    broadcast_id: UUID | None = None,
    group_key: str | None = None,
    marketing: bool = False,
    **values: Any,
) -> UUID | None:
    work.nudge()
    values |= {"subject_id": subject_id, "campaign_id": campaign_id, "broadcast_id": broadcast_id}
    values |= {"group_key": group_key, "marketing": marketing}
    delivery_id: UUID | None = await work.value(
        INSERT, channel=channel, due_at=due_at or work.now, now=work.now, **values
    )
    return delivery_id
