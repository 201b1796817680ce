"""What a WhatsApp template has been: every change is kept as a version, and what it was before the first one, too."""

from collections.abc import Sequence
from uuid import UUID

from domain.errors import Conflict, NotFound
from domain.language import _
from domain.work import Row, Work

COLUMNS = "campaign, title, category, language, body, footer, param_labels, media, buttons, price_paise"
# Locked before the versions are counted, in a statement of its own: of two who change it the second sees what the first wrote.
HOLD = "select id from whatsapp_templates where id = %(id)s for update"
NEWEST = "select coalesce(max(version), 0) from whatsapp_template_versions where template_id = %(id)s"
KEEP_FIRST = f"""
insert into whatsapp_template_versions (template_id, version, {COLUMNS}, created_at)
select id, 1, {COLUMNS}, updated_at from whatsapp_templates where id = %(id)s
"""
KEEP = f"""
insert into whatsapp_template_versions (template_id, version, {COLUMNS}, created_by, created_at)
select id, 1 + coalesce((select max(version) from whatsapp_template_versions where template_id = %(id)s), 0), {COLUMNS},
  %(me)s, %(now)s from whatsapp_templates where id = %(id)s
"""
LIST = """
select v.*, p.name as author from whatsapp_template_versions v left join people p on p.id = v.created_by
where v.template_id = %(id)s order by v.version desc limit 200
"""
ONE = "select * from whatsapp_template_versions where template_id = %(id)s and version = %(version)s"


async def hold_version(work: Work, template_id: UUID, seen: int | None) -> None:
    """Lock a template to change it, and keep what it was before its first change.

    Raises NotFound, and Conflict when ``seen`` is not its version any more.
    """
    if not await work.rows(HOLD, id=template_id):
        raise NotFound(_("There is no such WhatsApp template."))
    newest: int = await work.value(NEWEST, id=template_id)
    if seen is not None and seen != newest:
        raise Conflict(_("Somebody has changed this template meanwhile. Look at its history first."))
    if not newest:
        await work.run(KEEP_FIRST, id=template_id)


async def keep_version(work: Work, template_id: UUID) -> None:
    """Keep what a template is now as its next version."""
    await work.run(KEEP, id=template_id, me=work.identity.person_id, now=work.now)


async def list_versions(work: Work, template_id: UUID) -> Sequence[Row]:
    """Return what a template has been, the newest first, each with its author."""
    work.require_admin()
    return await work.rows(LIST, id=template_id)


async def find_version(work: Work, template_id: UUID, version: int) -> Row:
    """Return one version, or raise NotFound."""
    work.require_admin()
    row = await work.row(ONE, id=template_id, version=version)
    if row is None:
        raise NotFound(_("There is no such version."))
    return row
