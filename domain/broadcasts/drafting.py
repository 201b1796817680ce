"""Drafts: a broadcast is written down from its first step on, so that nothing typed is lost and nothing leaves by accident."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain import audit
from domain.broadcasts.broadcast import (
    CHANNELS,
    MOST_SCRIPT,
    MOST_TEXT,
    Audience,
    Broadcast,
    Channel,
    Message,
    find_draft,
)
from domain.broadcasts.variables import problem_with
from domain.errors import InvalidInput
from domain.language import _
from domain.messaging.whatsapp.filling import template_of
from domain.work import Row, Work

INSERT = """
insert into broadcasts (id, name, channel, audience, is_marketing, created_by, created_at)
values (%(id)s, %(name)s, %(channel)s, %(audience)s, %(is_marketing)s, %(created_by)s, %(now)s)
on conflict (id) do nothing returning id
"""
# What WhatsApp has approved as marketing is marketing, whatever it is used for.
CHANGE = """
update broadcasts set name = %(name)s, audience = %(audience)s,
  is_marketing = %(is_marketing)s or exists (
    select from whatsapp_templates t where t.id = whatsapp_template_id and t.category = 'marketing'),
  deselected = case when audience = %(audience)s then deselected else '{}' end, version = version + 1
 where id = %(id)s
"""
WRITE = """
update broadcasts set subject = %(subject)s, body = %(body)s, whatsapp_template_id = %(template)s, params = %(params)s,
  links = %(links)s, media_url = %(media_url)s, version = version + 1,
  is_marketing = is_marketing or exists (
    select from whatsapp_templates where id = %(template)s and category = 'marketing')
 where id = %(id)s
"""
DESELECT = """
update broadcasts set version = version + 1, deselected = array(
  select unnest(deselected) union select unnest(%(people)s::uuid[]))
 where id = %(id)s
"""
SELECT = """
update broadcasts set version = version + 1, deselected = array(
  select one from unnest(deselected) as one where one <> all(%(people)s::uuid[]))
 where id = %(id)s
"""
BATCHES = """
select b.id, c.title || ', ' || b.name as name, (select count(*) from enrolments e where e.batch_id = b.id and e.state = 'active')
  as students from batches b join courses c on c.id = b.course_id
  where b.archived_at is null and c.archived_at is null order by b.starts_on desc nulls last, c.title, b.name
"""
TEMPLATES = """
select id, title, campaign, category, body, footer, param_labels, media, buttons, price_paise,
  (select count(*) from jsonb_array_elements(buttons) b where b ->> 'kind' = 'link')::int as links
  from whatsapp_templates where is_active or id = %(chosen)s order by title
"""


async def list_batches(work: Work) -> Sequence[Row]:
    """Return the batches that can be written to, each with how many students it has."""
    return await work.rows(BATCHES)


async def list_templates(work: Work, chosen: UUID | None = None) -> Sequence[Row]:
    """Return the WhatsApp templates in use, and the chosen one even if it is not any more."""
    return await work.rows(TEMPLATES, chosen=chosen)


async def create_draft(
    work: Work, broadcast_id: UUID, name: str, channel: Channel, audience: Audience, *, is_marketing: bool
) -> UUID:
    """Write a draft down and return its id; the same id again is the same draft. Raises InvalidInput.

    Leads have no course: what they get is marketing, whatever ``is_marketing`` says.
    """
    if channel not in CHANNELS:
        raise InvalidInput({"channel": _("Please choose how to send it.")})
    await _check_audience(work, audience)
    values = {"id": broadcast_id, "name": name, "channel": channel, "audience": audience.as_json()}
    values |= {"is_marketing": is_marketing or audience.kind == "leads", "created_by": work.identity.person_id}
    if await work.value(INSERT, **values, now=work.now):
        await audit.record(work, "broadcast.drafted", "broadcast", broadcast_id, name, channel=channel)
        work.signal("broadcasts")
    return broadcast_id


async def change_draft(
    work: Work,
    broadcast_id: UUID,
    name: str,
    audience: Audience,
    *,
    is_marketing: bool,
    message: Message | None = None,
) -> None:
    """Change who a draft is for, and what it says if a ``message`` is given. Raises Conflict, InvalidInput.

    For others, nobody is taken off by hand any more.
    """
    broadcast = replace(await find_draft(work, broadcast_id), audience=audience)
    await _check_audience(work, audience)
    if message:
        await _check_message(work, broadcast, message)
    else:
        _check_texts(broadcast.message, audience)
    values = {
        "id": broadcast_id,
        "name": name,
        "audience": audience.as_json(),
        "is_marketing": is_marketing or audience.kind == "leads",
    }
    if message:  # first, so that the template that was chosen until now makes nothing marketing
        await _write(work, broadcast_id, message)
    await work.run(CHANGE, **values)
    _changed(work, broadcast_id)


async def write_message(work: Work, broadcast_id: UUID, message: Message) -> None:
    """Write what a draft says; raises Conflict when it was confirmed, InvalidInput with what is wrong by field."""
    broadcast = await find_draft(work, broadcast_id)
    await _check_message(work, broadcast, message)
    await _write(work, broadcast_id, message)
    _changed(work, broadcast_id)


async def deselect(work: Work, broadcast_id: UUID, people: Sequence[UUID]) -> None:
    """Take these people off a draft. Raises Conflict when it was confirmed."""
    await find_draft(work, broadcast_id)
    await work.run(DESELECT, id=broadcast_id, people=list(people))
    _changed(work, broadcast_id)


async def select(work: Work, broadcast_id: UUID, people: Sequence[UUID]) -> None:
    """Put people back on a draft who were taken off by hand. Raises Conflict when it was confirmed."""
    await find_draft(work, broadcast_id)
    await work.run(SELECT, id=broadcast_id, people=list(people))
    _changed(work, broadcast_id)


async def delete_draft(work: Work, broadcast_id: UUID) -> str:
    """Delete a draft and return its name. Raises Conflict when it was confirmed."""
    broadcast = await find_draft(work, broadcast_id)
    await work.run("delete from broadcasts where id = %(id)s", id=broadcast_id)
    await audit.record(work, "broadcast.deleted", "broadcast", broadcast_id, broadcast.name)
    work.signal("broadcasts")
    return broadcast.name


def check_moment(work: Work, send_at: datetime | None) -> None:
    """Raise InvalidInput when a broadcast cannot be planned for this moment."""
    if send_at is None:
        return
    if send_at <= work.now:
        raise InvalidInput({"send_at": _("This moment has passed. Choose a later one, or send it now.")})
    if (send_at - work.now).days > 366:
        raise InvalidInput({"send_at": _("This is more than a year from now. Please check the date.")})


async def _write(work: Work, broadcast_id: UUID, message: Message) -> None:
    await work.run(
        WRITE,
        id=broadcast_id,
        subject=message.subject,
        body=message.body,
        template=message.whatsapp_template_id,
        params=list(message.params),
        links=list(message.links),
        media_url=message.media_url,
    )


async def _check_audience(work: Work, audience: Audience) -> None:
    if audience.kind != "batch":
        return
    if audience.batch_id is None or not await work.value(
        "select true from batches where id = %(id)s", id=audience.batch_id
    ):
        raise InvalidInput({"batch": _("Please choose a batch.")})


async def _check_message(work: Work, broadcast: Broadcast, message: Message) -> None:
    errors: dict[str, str] = {}
    if broadcast.channel == "whatsapp":
        errors = await _template_errors(work, message)
    else:
        if broadcast.channel == "email" and not message.subject:
            errors["subject"] = _("Please write a subject.")
        most = MOST_TEXT if broadcast.channel == "email" else MOST_SCRIPT
        if not message.body:
            errors["body"] = _("Please write the message.")
        elif len(message.body) > most:
            errors["body"] = _("Please write at most {count} characters.", count=most)
    if errors:
        raise InvalidInput(errors)
    _check_texts(message, broadcast.audience)


async def _template_errors(work: Work, message: Message) -> dict[str, str]:
    templates = {row.id: row for row in await list_templates(work)}
    template = templates.get(message.whatsapp_template_id)
    if template is None:
        return {"template": _("Please choose a template.")}
    errors = _unfilled("param", message.params, template_of(template).param_count)
    errors |= _unfilled("link", message.links, template.links)
    if template.media and not message.media_url:
        errors["media_url"] = _("This template needs a file: give its public address.")
    elif message.media_url and not message.media_url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        errors["media_url"] = _("The address must begin with https://.")
    return errors


def _unfilled(name: str, texts: Sequence[str], wanted: int) -> dict[str, str]:
    """Return a message for each text that is missing, is one too many, or has more lines than WhatsApp takes."""
    too_many = range(wanted + 1, len(texts) + 1)
    errors = {f"{name}_{place}": _("The template has no place for this.") for place in too_many}
    for place in range(wanted):
        text = texts[place] if place < len(texts) else ""
        if not text:
            errors[f"{name}_{place + 1}"] = _("Please fill this.")
        elif "\n" in text:
            errors[f"{name}_{place + 1}"] = _("WhatsApp takes one line here.")
    return errors


def _check_texts(message: Message, audience: Audience) -> None:
    texts: Mapping[str, str] = {"subject": message.subject, "body": message.body} | {
        f"{name}_{place}": text
        for name, filled in (("param", message.params), ("link", message.links))
        for place, text in enumerate(filled, 1)
    }
    errors = {name: problem for name, text in texts.items() if (problem := problem_with(text, audience.kind))}
    if errors:
        raise InvalidInput(errors)


def _changed(work: Work, broadcast_id: UUID) -> None:
    work.signal(f"broadcast:{broadcast_id}")
    work.signal("broadcasts")
