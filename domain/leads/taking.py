"""One lead from another program: read, matched and merged by the very rules that a row of an imported file is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain import audit
from domain.errors import Conflict, InvalidInput
from domain.language import _
from domain.leads.columns import ATTRIBUTE
from domain.leads.rows import RejectedRow, clean_row
from domain.leads.storing import store_chunk
from domain.leads.written import NumberedLead, as_columns
from domain.work import OvertakenByAnother, Work

TRIES = 3
# As `store_chunk` matches: the e-mail says who it is, and only where nobody has it, the phone.
FIND = """
select l.id from people p join imported_leads l on l.person_id = p.id
where p.email = %(email)s or p.phone = %(phone)s order by p.email = %(email)s desc nulls last limit 1
"""


@dataclass(frozen=True, slots=True)
class TakenLead:
    """A lead that came in. ``warnings`` say what of it could not be used."""

    id: UUID
    is_new: bool
    warnings: Sequence[str]


async def take_lead(work: Work, values: Mapping[str, str], attributes: Mapping[str, str]) -> TakenLead:
    """Add a lead, or fill in what is missing of one that is known by its e-mail or phone.

    ``values`` are texts by the field names of an import, ``attributes`` extras by names of their own. Raises InvalidInput
    when there is neither a usable e-mail nor a usable phone.
    """
    work.require_admin()
    header = [*values, *attributes]
    cells = [*values.values(), *attributes.values()]
    mapping = dict(enumerate([*values, *(ATTRIBUTE for _one in attributes)]))
    lead = clean_row(cells, mapping, header)
    if isinstance(lead, RejectedRow):
        raise InvalidInput({"email" if values.get("email") or not values.get("phone") else "phone": lead.reason})
    is_new = await _store(work, NumberedLead(1, lead, cells))
    lead_id: UUID = await work.value(FIND, email=lead.email, phone=lead.phone)
    action = "lead.added" if is_new else "lead.completed"
    await audit.record(work, action, "lead", lead_id, lead.name or lead.email or lead.phone or "")
    work.signal("leads")
    return TakenLead(lead_id, is_new, lead.warnings)


async def _store(work: Work, lead: NumberedLead) -> bool:
    """Store the lead; return whether it is a new one."""
    before = await work.value(FIND, email=lead.lead.email, phone=lead.lead.phone)
    for _try in range(TRIES):
        await work.run("savepoint taking")
        try:
            await store_chunk(work, None, as_columns([lead], {}), ())
        except OvertakenByAnother:
            # Somebody added this person in the same moment: now they are known.
            await work.run("rollback to savepoint taking")
            continue
        await work.run("set local synchronous_commit = on")  # whoever is told that it is kept may rely on it
        return before is None
    raise Conflict(_("Somebody is adding this lead right now. Try again."))
