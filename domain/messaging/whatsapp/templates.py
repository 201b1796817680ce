"""The WhatsApp templates we may send: a real account's campaigns are typed in once, as AiSensy has them."""

import re
from collections.abc import Sequence
from uuid import UUID

from domain import audit
from domain.automation.uses import check_change, check_removal
from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _, ngettext
from domain.messaging.whatsapp.facts import TemplateFacts
from domain.messaging.whatsapp.filling import count_params
from domain.messaging.whatsapp.versions import hold_version, keep_version
from domain.work import Row, Work

MOST_PARAMS = 20
MOST_BUTTONS = 10
CATEGORIES = ("utility", "marketing")
MEDIA = ("", "image", "video", "document")
_MARK = re.compile(r"\{\{([^{}]*)\}\}")

LIST = """
select t.*, (select count(*) from whatsapp_logs w where w.campaign = t.campaign) as sent
from whatsapp_templates t order by t.is_active desc, lower(t.title), t.campaign
"""
# A template that has another campaign by now is still the one it was at first.
FIND = """
select t.*, (select coalesce(max(version), 0) from whatsapp_template_versions where template_id = t.id) as version,
  coalesce((select campaign from whatsapp_template_versions where template_id = t.id and version = 1), t.campaign) as at_first
from whatsapp_templates t where id = %(id)s
"""
CAMPAIGN = "select campaign from whatsapp_templates where id = %(id)s"
ACTIVE = "select * from whatsapp_templates where is_active order by lower(title), campaign"
ADD = """
insert into whatsapp_templates (campaign, title, category, language, body, footer, param_labels, media, buttons, price_paise,
  created_at, updated_at)
select %(campaign)s, %(title)s, %(category)s, %(language)s, %(body)s, %(footer)s, %(labels)s::text[], %(media)s,
  %(buttons)s::jsonb -> 'buttons', %(price)s, %(now)s, %(now)s
on conflict (campaign) do nothing returning id
"""
UPDATE = """
update whatsapp_templates set campaign = %(campaign)s, title = %(title)s, category = %(category)s, language = %(language)s,
  body = %(body)s, footer = %(footer)s, param_labels = %(labels)s::text[], media = %(media)s,
  buttons = %(buttons)s::jsonb -> 'buttons', price_paise = %(price)s, updated_at = %(now)s
where id = %(id)s and not exists (select from whatsapp_templates where campaign = %(campaign)s and id <> %(id)s)
"""
SWITCH = """
update whatsapp_templates set is_active = %(is_active)s, updated_at = %(now)s
where id = %(id)s and is_active <> %(is_active)s returning title
"""


async def list_templates(work: Work, *, only_active: bool = False) -> Sequence[Row]:
    """Return the templates, those in use first, each with how often it was sent; or those in use alone, without that."""
    work.require_admin()
    return await work.rows(ACTIVE if only_active else LIST)


async def find_template_by_id(work: Work, template_id: UUID) -> Row:
    """Return one template, or raise NotFound."""
    work.require_admin()
    row = await work.row(FIND, id=template_id)
    if row is None:
        raise NotFound(_("There is no such WhatsApp template."))
    return row


async def add_template(work: Work, facts: TemplateFacts) -> UUID:
    """Add a template; raise InvalidInput for what WhatsApp would not take, and for a campaign that is there already."""
    work.require_admin()
    check_template(facts)
    await check_change(work, "", facts)
    template_id: UUID | None = await work.value(ADD, **facts.values(), now=work.now)
    if template_id is None:
        raise InvalidInput({"campaign": _("There is a template for this campaign already.")})
    await keep_version(work, template_id)
    await audit.record(work, "whatsapp_template.added", "whatsapp_template", template_id, facts.title)
    return template_id


async def update_template(work: Work, template_id: UUID, facts: TemplateFacts, *, seen: int | None = None) -> None:
    """Change a template and keep what it was; raise InvalidInput as `add_template` does, NotFound, Conflict.

    ``seen`` is the version that was changed; None asks nobody.
    """
    work.require_admin()
    check_template(facts)
    await hold_version(work, template_id, seen)
    await write_template(work, template_id, facts)
    await audit.record(work, "whatsapp_template.changed", "whatsapp_template", template_id, facts.title)


async def write_template(work: Work, template_id: UUID, facts: TemplateFacts) -> None:
    """Write what a template is now, as its next version. The caller has checked its form, and holds it.

    Raises InvalidInput for a campaign that is there already, and for what would keep its senders from sending it.
    """
    await check_change(work, await work.value(CAMPAIGN, id=template_id), facts)
    if not await work.run(UPDATE, id=template_id, **facts.values(), now=work.now):
        raise InvalidInput({"campaign": _("There is a template for this campaign already.")})
    await keep_version(work, template_id)


async def switch_template(work: Work, template_id: UUID, is_active: bool) -> None:
    """Take a template out of use, or into it again.

    Raises Conflict when it is so already, and while an automation, the product itself or a waiting message needs it.
    """
    work.require_admin()
    if not is_active:
        await check_removal(work, await find_template_by_id(work, template_id))
    title = await work.value(SWITCH, id=template_id, is_active=is_active, now=work.now)
    if title is None:
        raise Conflict(_("Somebody has done this a moment ago."))
    action = "whatsapp_template.activated" if is_active else "whatsapp_template.deactivated"
    await audit.record(work, action, "whatsapp_template", template_id, title)


def check_template(facts: TemplateFacts) -> None:
    """Raise InvalidInput for what WhatsApp would not take."""
    problems: dict[str, str] = {}
    if any(not (mark.isascii() and mark.isdigit()) for mark in _MARK.findall(facts.body)):
        problems["body"] = _("Write parameters as WhatsApp numbers them: {{1}}, {{2}} …")
    else:
        count = count_params(facts.body)
        missing = [number for number in range(1, count + 1) if f"{{{{{number}}}}}" not in facts.body]
        if count > MOST_PARAMS:
            problems["body"] = _("A template takes at most {count} parameters.", count=MOST_PARAMS)
        elif missing:
            problems["body"] = _("The number {number} is missing among the parameters.", number=missing[0])
        if len(facts.labels) > count:
            names = ngettext("{count} parameter", "{count} parameters", count)
            problems["labels"] = _("The text has {count}: name no more than that.", count=names)
    if len(facts.buttons) > MOST_BUTTONS:
        problems["buttons"] = _("A template has at most {count} buttons.", count=MOST_BUTTONS)
    if problems:
        raise InvalidInput(problems)
