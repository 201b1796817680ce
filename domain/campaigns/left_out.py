"""Who exactly a campaign would leave out, and why: the leads behind the numbers that are shown before it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.campaigns.audience import JUDGED, audience_values
from domain.errors import NotFound
from domain.language import _
from domain.leads.filters import LeadFilter
from domain.work import Row, Work

PER_PAGE = 20
REASONS = ("no_email", "unsubscribed", "bounced", "spam", "invalid", "applied", "mailed")
LIST = f"""
with judged as ({JUDGED} {{where}}),
chosen as (select * from judged where reason is not null and (%(reason)s = '' or reason = %(reason)s))
select (select count(*) from chosen) as total, (select title from courses where id = %(course_id)s) as course,
  (select file_name from lead_imports where id = %(import_id)s) as file_name, r.*, p.phone
  from (select) one left join (
    select * from chosen order by created_at desc, lead_id limit {PER_PAGE} offset %(offset)s
  ) r on true left join people p on p.id = r.person_id
 order by r.created_at desc, r.lead_id
"""


@dataclass(frozen=True, slots=True)
class LeftOutPage:
    """One page of the leads left out, with the course's title and the name of the import that is filtered by, if any."""

    rows: Sequence[Row]
    total: int
    page: int
    course: str
    file_name: str | None

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


async def list_left_out(
    work: Work, wanted: LeadFilter, course_id: UUID, reason: str = "", page: int = 1
) -> LeftOutPage:
    """Return one page of who would get no e-mail now, the newest lead first: for one reason, or for any.

    Raises NotFound when there is no such course.
    """
    where, values = wanted.conditions()
    values |= audience_values(work, UUID(int=0), course_id)
    values |= {"reason": reason if reason in REASONS else "", "import_id": wanted.import_id}
    rows = await work.rows(LIST.format(where=where), **values, offset=(page - 1) * PER_PAGE)
    if rows[0].course is None:
        raise NotFound(_("This course does not exist, or it has been deleted."))
    people = [row for row in rows if row.lead_id is not None]
    return LeftOutPage(people, rows[0].total, page, rows[0].course, rows[0].file_name)
