"""The texts as they stand: the current one, all of them, and what each was before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.errors import NotFound
from domain.language import _
from domain.messaging.templates.catalogue import TEMPLATES, default_text
from domain.messaging.templates.text import TemplateText
from domain.work import Row, Work

# The newest version counts. The name of the business comes along, so that whoever makes an e-mail asks once.
CURRENT = """
select t.version, t.subject, t.body, t.is_default,
  (select value #>> '{}' from business_settings where key = 'business_name') as business_name
from (select) one left join lateral (
  select * from message_templates where key = %(key)s order by version desc limit 1) t on true
"""
ALL = """
select distinct on (t.key) t.*, p.name as author from message_templates t left join people p on p.id = t.created_by
order by t.key, t.version desc
"""
HISTORY = """
select t.*, p.name as author from message_templates t left join people p on p.id = t.created_by
where t.key = %(key)s order by t.version desc limit 200
"""
VERSION = """
select t.*, p.name as author from message_templates t left join people p on p.id = t.created_by
where t.key = %(key)s and t.version = %(version)s
"""


@dataclass(frozen=True, slots=True)
class ListedText:
    """A text with who changed it last, and when; nobody while it is as it came."""

    text: TemplateText
    author: str = ""
    changed_at: datetime | None = None


async def find_text(work: Work, key: str) -> TemplateText:
    """Return a text as it is now. Raises NotFound."""
    if (text := (await read_common(work, key))[1]) is None:
        raise NotFound(_("There is no such template."))
    return text


async def read_common(work: Work, key: str) -> tuple[str, TemplateText | None]:
    """Return the name of the business and, where ``key`` is that of a text, the text as it is now: one statement."""
    row = await work.row(CURRENT, key=key)
    assert row is not None
    return row.business_name or "Gurudesk", as_text(key, row) if key in TEMPLATES else None


async def list_texts(work: Work) -> Sequence[ListedText]:
    """Return every text in the order of the catalogue."""
    work.require_admin()
    rows = {row.key: row for row in await work.rows(ALL)}
    return [
        ListedText(as_text(key, row), row.author or "", row.created_at)
        if (row := rows.get(key))
        else ListedText(default_text(key))
        for key in TEMPLATES
    ]


async def list_versions(work: Work, key: str) -> Sequence[Row]:
    """Return what a text has been, the newest first, each with its author."""
    work.require_admin()
    return await work.rows(HISTORY, key=key)


async def find_version(work: Work, key: str, version: int) -> Row:
    """Return one version of a text, or raise NotFound."""
    work.require_admin()
    row = await work.row(VERSION, key=key, version=version) if key in TEMPLATES else None
    if row is None:
        raise NotFound(_("There is no such version."))
    return row


def as_text(key: str, row: Row) -> TemplateText:
    """Return the text of a version's row; one that was reset is as it comes today."""
    text = default_text(key)
    if row.version is None:
        return text
    if row.is_default:
        return replace(text, revision=row.version)
    return replace(text, subject=row.subject, body=row.body, version=row.version, revision=row.version)
