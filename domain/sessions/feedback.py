"""What students say of a class: by a link of their own without signing in, or from the page of the class. Once a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import Conflict, InvalidInput, NotFound
from domain.language import _
from domain.work import Row, Work

RATINGS = (1, 2, 3, 4, 5)
LONGEST_COMMENT = 2_000
CHANGEABLE_FOR = timedelta(days=14)  # after the class

# Of somebody who has left the batch, or whose class was called off, nobody asks it any more.
FORM = """
select s.id as session_id, p.id as person_id, p.name, s.title, s.starts_at, s.ends_at, s.cancelled_at, b.timezone,
  c.title as course, g.rating, g.comment, g.given_at
from sessions s join batches b on b.id = s.batch_id join courses c on c.id = b.course_id join people p on p.id = %(person)s
  join enrolments e on e.batch_id = b.id and e.person_id = p.id and e.state <> 'withdrawn'
  left join session_feedback g on g.session_id = s.id and g.person_id = p.id
where s.id = %(id)s and s.cancelled_at is null and s.ends_at <= %(now)s
"""
ASKED = "select subject_id, person_id from automation_steps where id = %(id)s and rule_key = 'feedback_request'"
GIVE = """
insert into session_feedback (session_id, person_id, rating, comment, given_at, updated_at)
values (%(id)s, %(person)s, %(rating)s, %(comment)s, %(now)s, %(now)s)
on conflict (session_id, person_id) do update set rating = excluded.rating, comment = excluded.comment,
  updated_at = excluded.updated_at
"""


@dataclass(frozen=True, slots=True)
class FeedbackForm:
    """One person's form about one class. ``open_until`` is until when it can be given and changed."""

    facts: Row
    open_until: datetime
    is_open: bool


async def find_asked(work: Work, step_id: UUID | None) -> FeedbackForm:
    """Return the form that a link names, by the step that asked. Raises NotFound for a link that is none of ours."""
    asked = await work.row(ASKED, id=step_id) if step_id else None
    if asked is None:
        raise NotFound(_("This link does not work. Please open it from the message once more."))
    return await _find(work, asked.subject_id, asked.person_id)


async def find_mine(work: Work, session_id: UUID) -> FeedbackForm:
    """Return the form of who asks, about a class of theirs that is over. Raises NotFound."""
    return await _find(work, session_id, work.identity.person_id)


async def give_feedback(work: Work, form: FeedbackForm, rating: str, comment: str) -> None:
    """Keep what somebody says of a class; saying it again changes it. Raises InvalidInput, and Conflict once it is too late."""
    errors = {}
    if rating not in {str(one) for one in RATINGS}:
        errors["rating"] = _("Choose from 1 to 5.")
    if len(comment) > LONGEST_COMMENT:
        errors["comment"] = _("At most {count} characters, please.", count=LONGEST_COMMENT)
    if errors:
        raise InvalidInput(errors)
    if not form.is_open:
        raise Conflict(_("It was too long ago to say more about this class. Thank you all the same."))
    facts = form.facts
    values = {"id": facts.session_id, "person": facts.person_id, "rating": int(rating), "comment": comment}
    await work.run(GIVE, now=work.now, **values)
    work.signal("feedback")
    work.signal(f"session:{facts.session_id}")


async def _find(work: Work, session_id: UUID, person_id: UUID | None) -> FeedbackForm:
    facts = await work.row(FORM, id=session_id, person=person_id, now=work.now)
    if facts is None:
        raise NotFound(_("There is no such class, or it is not over yet."))
    open_until = facts.ends_at + CHANGEABLE_FOR
    return FeedbackForm(facts, open_until, work.now < open_until)
