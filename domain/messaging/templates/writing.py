"""Changing a text: every change is a version of its own, and nothing is ever overwritten."""

from domain import audit
from domain.errors import Conflict
from domain.language import _
from domain.messaging.templates.catalogue import default_text
from domain.messaging.templates.checking import check_text
from domain.messaging.templates.reading import find_text, find_version
from domain.messaging.templates.text import TemplateText
from domain.work import Work

# Who comes second finds the number taken, or sees that there is a newer one.
ADD = """
insert into message_templates (key, version, subject, body, is_default, restored_from, created_by, created_at)
select %(key)s, %(seen)s + 1, %(subject)s, %(body)s, %(is_default)s, %(restored_from)s, %(me)s, %(now)s
where %(seen)s = (select coalesce(max(version), 0) from message_templates where key = %(key)s)
on conflict do nothing
"""


async def save_text(work: Work, key: str, subject: str, body: str, *, seen: int) -> TemplateText:
    """Keep a text as a new version and return it; the same text as now is no new version.

    ``seen`` is the revision that was changed. Raises InvalidInput, NotFound, and Conflict when there is a newer one.
    """
    work.require_admin()
    text = await find_text(work, key)
    written = text.rewritten(subject, body)
    check_text(text, written.subject, written.body)
    if written == text and seen == text.revision:
        return text
    await _add(work, text, written.subject, written.body, seen=seen)
    await audit.record(
        work, "message_template.changed", "message_template", None, text.title, key=key, version=seen + 1
    )
    return await find_text(work, key)


async def restore_text(work: Work, key: str, version: int, *, seen: int) -> None:
    """Make an older version the current one again. Raises as `save_text` does: variables may have gone since."""
    work.require_admin()
    old = await find_version(work, key, version)
    text = await find_text(work, key)
    check_text(text, old.subject, old.body)
    await _add(work, text, old.subject, old.body, seen=seen, restored_from=version)
    about = {"key": key, "version": seen + 1, "restored_from": version}
    await audit.record(work, "message_template.restored", "message_template", None, text.title, **about)


async def reset_text(work: Work, key: str, *, seen: int) -> None:
    """Go back to the text as it comes. Its history stays. Raises Conflict, also when it is as it comes already."""
    work.require_admin()
    text = await find_text(work, key)
    if not text.version and seen == text.revision:
        raise Conflict(_("This text is the default already."))
    default = default_text(key)
    await _add(work, text, default.subject, default.body, seen=seen, is_default=True)
    await audit.record(work, "message_template.reset", "message_template", None, text.title, key=key, version=seen + 1)


async def _add(
    work: Work,
    text: TemplateText,
    subject: str,
    body: str,
    *,
    seen: int,
    is_default: bool = False,
    restored_from: int | None = None,
) -> None:
    added = await work.run(
        ADD,
        key=text.key,
        seen=seen,
        subject=subject,
        body=body,
        is_default=is_default,
        restored_from=restored_from,
        me=work.identity.person_id,
        now=work.now,
    )
    if not added:
        raise Conflict(_("Somebody has changed this text meanwhile: their version is in the history below."))
    work.signal("message_templates")
