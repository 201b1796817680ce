"""Tags on leads: words of the owner's own, put on one lead or on all that a filter finds."""

from domain import audit
from domain.errors import Conflict, InvalidInput
from domain.language import _, ngettext
from domain.leads.cells import cell_text
from domain.leads.filters import LeadFilter
from domain.leads.listing import FROM, count_leads
from domain.leads.rows import MAX_TAG, MAX_TAGS
from domain.work import Work

# Leads are locked in the order of their ids, so that two people tagging at once never wait for each other's rows.
CHOSEN = f"with chosen as (select l.id {FROM} {{where}} order by l.id for update of l)"
ADD = f"""
{CHOSEN} update imported_leads l set tags = l.tags || array[%(new_tag)s], touched_at = %(now)s
  from chosen where l.id = chosen.id and not l.tags @> array[%(new_tag)s] and cardinality(l.tags) < {MAX_TAGS}
"""
REMOVE = f"""
{CHOSEN} update imported_leads l set tags = array_remove(l.tags, %(old_tag)s), touched_at = %(now)s
  from chosen where l.id = chosen.id and l.tags @> array[%(old_tag)s]
"""
FORGET = """
delete from lead_tags where tag = %(tag)s and not exists (select from imported_leads where tags @> array[%(tag)s])
"""


def read_tag(text: str) -> str:
    """Return a tag as it is kept; raise InvalidInput when nothing is left of it."""
    tag = cell_text(text.replace(",", " ").replace(";", " ").replace("|", " "), MAX_TAG)
    if not tag:
        raise InvalidInput({"tag": _("Please write a tag.")})
    return tag


def read_tags(text: str) -> list[str]:
    """Return the tags of a comma-separated list, each once."""
    parts = (cell_text(part, MAX_TAG) for part in text.replace(";", ",").replace("|", ",").split(","))
    return list(dict.fromkeys(tag for tag in parts if tag))[:MAX_TAGS]


async def add_tag(work: Work, wanted: LeadFilter, tag: str, expected: int | None = None) -> int:
    """Put a tag on the leads and return how many did not have it; see `check_count`."""
    await check_count(work, wanted, expected)
    where, values = wanted.conditions()
    changed = await work.run(ADD.format(where=where), **values, new_tag=tag, now=work.now)
    await _note(work, "leads.tagged", wanted, tag, changed)
    return changed


async def remove_tag(work: Work, wanted: LeadFilter, tag: str, expected: int | None = None) -> int:
    """Take a tag off the leads and return how many had it; see `check_count`."""
    await check_count(work, wanted, expected)
    where, values = wanted.conditions()
    changed = await work.run(REMOVE.format(where=where), **values, old_tag=tag, now=work.now)
    await work.run(FORGET, tag=tag)
    await _note(work, "leads.untagged", wanted, tag, changed)
    return changed


async def check_count(work: Work, wanted: LeadFilter, expected: int | None) -> None:
    """Raise Conflict when a person confirmed another number of leads than there are by now."""
    if expected is None:
        return
    count = await count_leads(work, wanted)
    if count != expected:
        raise unexpected_count(count, expected)


def unexpected_count(count: int, expected: int) -> Conflict:
    """Return what is said when a person confirmed another number of leads than there are."""
    return Conflict(
        ngettext("There is {count} such lead now", "There are {count} such leads now", count)
        + " "
        + _("and not {expected} any more. Nothing was changed; please look again.", expected=expected)
    )


async def _note(work: Work, action: str, wanted: LeadFilter, tag: str, changed: int) -> None:
    if changed:
        await audit.record(work, action, "lead", None, tag, count=changed, filter=wanted.as_values())
        work.signal("leads")
