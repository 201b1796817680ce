"""The lead sequence: on day 1, 3 and 7 somebody who asked about a course is written to, until they apply."""

from domain.automation.rule import Rule, RuleSettings

# One that was stopped is foreseen with the reason, and planned no more.
WOULD = """
select s.person_id, s.id as subject_id, s.version, s.started_at as anchor, p.timezone as zone, s.import_id as cause_id
from lead_sequences s join people p on p.id = s.person_id
"""
OCCASIONS = f"{WOULD} where s.stopped_at is null"
# Two days late it is no longer the e-mail of that day, and the next one is about to come.
FACTS = """
select w.id, case
    when s.stopped_at is not null then s.stop_reason
    when s.version <> w.version then 'The sequence has begun once more since.'
    when exists (select from cta_submissions a where a.course_id = s.course_id
      and (a.person_id = s.person_id or a.phone = p.phone)) then 'They have applied.'
    when exists (select from enrolments e join batches b on b.id = e.batch_id
      where e.person_id = s.person_id and b.course_id = s.course_id) then 'They are in the course already.'
    when not c.is_published or c.archived_at is not null then 'The course takes no applications at the moment.'
  end as reason,
  jsonb_build_object('first_name', coalesce(nullif(split_part(btrim(p.name), ' ', 1), ''), 'there'),
    'course_title', c.title, 'course_summary', c.summary, 'apply_path', '/apply/' || c.slug) as params,
  w.due_at + interval '2 days' as expires_at
from w join lead_sequences s on s.id = w.subject_id join courses c on c.id = s.course_id join people p on p.id = s.person_id
"""


def _rule(day: int, title: str, about: str) -> Rule:
    key = f"lead_day_{day}"
    return Rule(
        key=key,
        group="leads",
        title=title,
        about=about,
        when="the lead sequence began",
        conditions="Not to people who have applied or unsubscribed, or who cannot be reached.",
        occasions=OCCASIONS,
        facts=FACTS,
        defaults=RuleSettings(day, "days", ("email",), {"email": key, "whatsapp": "lead_reminder"}),
        is_marketing=True,
        supposes="sequence",
        would=WOULD,
        otherwise="They are no lead, or no course takes applications.",
        links=("apply_path",),
    )


RULES = (
    _rule(1, "Lead sequence: day 1", "The invitation to apply, for somebody who asked about a course."),
    _rule(3, "Lead sequence: day 3", "A second word to those who have not applied yet."),
    _rule(7, "Lead sequence: day 7", "The last reminder. After it the sequence is over."),
)
KEYS = tuple(rule.key for rule in RULES)
