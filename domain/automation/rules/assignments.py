"""Assignments: told of when they are published, after the class they belong to, and before their deadline."""

from domain.automation.rule import Rule, RuleSettings
from domain.learning.deadlines import OPEN_UNTIL

_FROM = """
from assignments a join batches b on b.id = a.batch_id left join sessions s on s.id = a.session_id
  join enrolments e on e.batch_id = a.batch_id and e.state = 'active'
  join profiles f on f.person_id = e.person_id and f.is_active
  left join assignment_extensions x on x.assignment_id = a.id and x.person_id = e.person_id
where a.published_at is not null
"""
# Given once, however often it is withdrawn and published again.
GIVEN = f"""
select e.person_id, a.id as subject_id, 1 as version,
  greatest(a.published_at, case when s.cancelled_at is null then s.ends_at end) as anchor, b.timezone as zone,
  a.batch_id as cause_id {_FROM}
"""
# Each deadline is reminded of by itself: its minute is the version.
DEADLINE_VERSION = f"(extract(epoch from {OPEN_UNTIL}) / 60)::int"
DUE = f"""
select e.person_id, a.id as subject_id, {DEADLINE_VERSION} as version, {OPEN_UNTIL} as anchor, b.timezone as zone,
  a.batch_id as cause_id {_FROM}
"""
FACTS = f"""
select w.id, case
    when a.published_at is null then 'The assignment was withdrawn.'
    when not exists (select from enrolments e join profiles f on f.person_id = e.person_id and f.is_active
      where e.batch_id = a.batch_id and e.person_id = w.person_id and e.state = 'active')
      then 'They are not in this batch any more.'
    when h.submitted_at is not null then 'They have handed it in.'
    when {OPEN_UNTIL} <= %(now)s then 'The deadline has passed.'
    {{more}}
  end as reason,
  jsonb_build_object('first_name', coalesce(nullif(split_part(btrim(p.name), ' ', 1), ''), 'there'),
    'assignment', a.title, 'class_title', s.title, 'course_title', c.title, 'batch_name', b.name,
    'deadline', jsonb_build_object('moment', {OPEN_UNTIL}, 'zone', b.timezone, 'own_zone', p.timezone),
    'submit_path', '/student/assignments/' || a.id) as params,
  {OPEN_UNTIL} as expires_at
from w join assignments a on a.id = w.subject_id join batches b on b.id = a.batch_id join courses c on c.id = b.course_id
  join people p on p.id = w.person_id left join sessions s on s.id = a.session_id
  left join assignment_extensions x on x.assignment_id = a.id and x.person_id = w.person_id
  left join submissions h on h.assignment_id = a.id and h.person_id = w.person_id
"""
OTHER_DEADLINE = f"when w.version <> {DEADLINE_VERSION} then 'The deadline is another now.'"


def _rule(key: str, settings: tuple[int, str], **texts: object) -> Rule:
    amount, unit = settings
    return Rule(
        key=key,
        group="after_class",
        defaults=RuleSettings(amount, unit, ("email", "whatsapp"), {"email": key, "whatsapp": key}),  # type: ignore[arg-type]
        supposes="approval",
        otherwise="No assignment is set for them.",
        links=("submit_path",),
        **texts,  # type: ignore[arg-type]
    )


RULES = (
    _rule(
        "assignment_given",
        (0, "minutes"),
        title="New assignment",
        about="What is to be done, by when, and where to hand it in.",
        when="it is published, or after the class it belongs to",
        conditions="To students in the batch who have not handed it in.",
        occasions=GIVEN,
        facts=FACTS.format(more=""),
    ),
    _rule(
        "assignment_due",
        (24, "hours"),
        title="Assignment due soon",
        about="A reminder before the deadline, each student's own where they were given more time.",
        when="the deadline",
        conditions="Not to those who have handed it in.",
        occasions=DUE,
        facts=FACTS.format(more=OTHER_DEADLINE),
        direction="before",
    ),
)
