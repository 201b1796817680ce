"""One session for admins, with everything that belongs to it; and what a form for one offers to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.sessions.reminding import Reach, automations_of, count_to_remind
from domain.sessions.roster import COUNT_UNMATCHED
from domain.sessions.session import State, state_of
from domain.work import Row, Work

# The host's link is not among them: only who starts the meeting gets it.
SESSION = f"""
select {COUNT_UNMATCHED} as unmatched,
  s.id, s.batch_id, s.module_id, s.title, s.description, s.starts_at, s.duration, s.ends_at, s.host, s.recording,
  s.create_zoom_meeting, s.place, s.series_id, s.version, s.moved_from, s.cancelled_at, s.cancel_reason, s.told_version,
  s.told_at,
  s.zoom_state, s.zoom_reason, s.zoom_meeting_id, s.zoom_join_url, s.zoom_passcode, s.zoom_has_registration,
  s.zoom_recording_status,
  s.started_at, s.ended_at, s.resumed_at, s.summary, s.is_demo, s.created_at,
  b.name as batch, b.timezone, b.course_id, c.title as course,
  m.title as module,
  p.name as made_by, b.archived_at is not null or c.archived_at is not null as is_archived,
  (select count(*) from enrolments e where e.batch_id = s.batch_id and e.state = 'active') as students,
  (select value::int from business_settings where key = 'join_opens_minutes') as join_opens,
  exists (select from automation_steps a where a.subject_id = s.id and a.kind = 'tell_session'
    and a.state in ('planned', 'running')) as is_being_told,
  (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'title', a.title, 'is_published', a.published_at is not null,
      'handed', (select count(*) from submissions h where h.assignment_id = a.id and h.submitted_at is not null))
      order by a.due_at), '[]')
    from assignments a where a.session_id = s.id) as assignments,
  (select jsonb_build_object('count', count(*), 'average', avg(g.rating), 'comments', (
      select coalesce(jsonb_agg(to_jsonb(l)), '[]') from (select k.rating, k.comment, k.person_id, h.name from session_feedback k
        join people h on h.id = k.person_id where k.session_id = s.id and k.comment <> '' order by k.given_at desc limit 3) l))
    from session_feedback g where g.session_id = s.id) as feedback
from sessions s join batches b on b.id = s.batch_id join courses c on c.id = b.course_id left join modules m on m.id = s.module_id
  left join people p on p.id = s.created_by
where s.id = %(id)s
"""
SERIES = """
select id, title, starts_at, cancelled_at, row_number() over (order by starts_at, id) as number, count(*) over () as total
from sessions where series_id = %(series_id)s order by starts_at, id limit 60
"""
HISTORY = """
select at, action, actor_name, details from audit_logs where subject_id = %(id)s order by at desc, sequence desc limit 50
"""
# Batches of archived courses are not offered; one that is chosen stays so.
BATCHES = """
select b.id, c.title as course, c.id as course_id, b.name, b.timezone, b.starts_on, b.ends_on,
  (select count(*) from enrolments e where e.batch_id = b.id and e.state = 'active') as students,
  (select coalesce(jsonb_agg(jsonb_build_array(m.id, m.title) order by m.position), '[]')
  from modules m where m.course_id = c.id and (m.archived_at is null or m.id = %(module)s)) as modules
from batches b join courses c on c.id = b.course_id
where (b.archived_at is null and c.archived_at is null) or b.id = %(chosen)s
order by b.ends_on < (%(now)s at time zone b.timezone)::date nulls first, c.title, b.starts_on desc nulls first, b.name
"""


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session with its series, its history and what its rules do; ``state`` is where it stands ``now``.

    ``reach`` is whom reminding by hand would reach, while the class is to come.
    """

    facts: Row
    state: State
    now: datetime
    series: Sequence[Row]
    history: Sequence[Row]
    automations: Sequence[Row] = ()
    reach: Reach | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be held, or being held."""
        return self.state in ("upcoming", "starting", "live")

    @property
    def can_start(self) -> bool:
        """Whether its host can go in: until the planned end, also when the meeting ended before. It may only have dropped."""
        return self.facts.cancelled_at is None and bool(self.now < self.facts.ends_at)


async def show_session(work: Work, session_id: UUID) -> SessionView:
    """Return a session for an admin. Raises NotFound."""
    facts = await find_session(work, session_id)
    series = await work.rows(SERIES, series_id=facts.series_id) if facts.series_id else []
    history = await work.rows(HISTORY, id=session_id)
    state = state_of(facts, work.now, facts.join_opens)
    automations = await automations_of(work, session_id)
    reach = await count_to_remind(work, session_id) if state in ("upcoming", "starting", "live") else None
    return SessionView(facts, state, work.now, series, history, automations, reach)


async def find_session(work: Work, session_id: UUID) -> Row:
    """Return the facts of a session for an admin, or raise NotFound."""
    work.require_admin()
    facts = await work.row(SESSION, id=session_id)
    if facts is None:
        raise NotFound(_("There is no such class."))
    return facts


async def zone_of_batch(work: Work, batch_id: UUID) -> str:
    """Return the time zone of a batch. Raises InvalidInput when there is no such batch."""
    zone: str | None = await work.value("select timezone from batches where id = %(id)s", id=batch_id)
    if zone is None:
        raise InvalidInput({"batch": _("Choose a batch.")})
    return zone


async def batches_to_choose(work: Work, chosen: UUID | None = None, module: UUID | None = None) -> Sequence[Row]:
    """Return the batches a session can be for, those that are over last, each with its modules and how many students.

    What is archived is not among them, but for a batch and a module that are ``chosen`` already.
    """
    work.require_admin()
    return await work.rows(BATCHES, chosen=chosen, module=module, now=work.now)
