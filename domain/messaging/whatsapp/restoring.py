"""Going back: to an older version of a WhatsApp template, or to what it was when the business began."""

from uuid import UUID

from domain import audit
from domain.errors import Conflict
from domain.language import _
from domain.messaging.whatsapp.defaults import DEFAULTS
from domain.messaging.whatsapp.facts import TemplateFacts, facts_of
from domain.messaging.whatsapp.templates import check_template, find_template_by_id, write_template
from domain.messaging.whatsapp.versions import find_version, hold_version
from domain.work import Row, Work


async def restore_template(work: Work, template_id: UUID, version: int, *, seen: int) -> None:
    """Make an older version the current one again. Raises NotFound, InvalidInput, and Conflict when there is a newer one."""
    work.require_admin()
    facts = facts_of(await find_version(work, template_id, version))
    check_template(facts)
    await hold_version(work, template_id, seen)
    await write_template(work, template_id, facts)
    await audit.record(
        work, "whatsapp_template.restored", "whatsapp_template", template_id, facts.title, restored_from=version
    )


async def reset_template(work: Work, template_id: UUID, *, seen: int) -> None:
    """Go back to what the template was when the business began. Raises NotFound, and Conflict where it was not there then."""
    work.require_admin()
    facts = default_of(await find_template_by_id(work, template_id))
    if facts is None:
        raise Conflict(_("This template is yours: there is no default to go back to."))
    await hold_version(work, template_id, seen)
    await write_template(work, template_id, facts)
    await audit.record(work, "whatsapp_template.reset", "whatsapp_template", template_id, facts.title)


def default_of(template: Row) -> TemplateFacts | None:
    """Return what a template was when the business began; None for one that was not there, and for one that is so still."""
    default = DEFAULTS.get(template.at_first)
    return None if default is None or default == facts_of(template) else default
