"""Two examples of how a rule is added, both off: certificates that can be collected, and birthdays.

A rule is its occasions, its facts and its defaults. Listed in `rules/__init__.py` it can be planned (`plan_rules` in the
transaction of its cause), seen, changed and switched on; its e-mail's text has the rule's key in the catalogue of templates.
"""

from domain.automation.rule import Rule, RuleSettings

# The morning after the batch ends, on its own clocks; a batch without an end has none.
COMPLETED = """
select e.person_id, e.id as subject_id, extract(epoch from coalesce(e.agreed_at, e.enrolled_at))::int as version,
  (b.ends_on + 1 + time '10:00') at time zone b.timezone as anchor, b.timezone as zone, b.id as cause_id
from enrolments e join batches b on b.id = e.batch_id where e.state = 'completed' and b.ends_on is not null
"""
CERTIFICATE = """
select w.id, case when e.state <> 'completed' then 'They have not completed the course.' end as reason,
  jsonb_build_object('first_name', coalesce(nullif(split_part(btrim(p.name), ' ', 1), ''), 'there'), 'course', c.title,
    'course_title', c.title, 'certificate_path', '/student/course?enrolment=' || e.id) as params,
  w.due_at + interval '14 days' as expires_at
from w join enrolments e on e.id = w.subject_id join people p on p.id = e.person_id
join batches b on b.id = e.batch_id join courses c on c.id = b.course_id
"""
# The next two, at nine in the morning where somebody is; who was born on 29 February has the 28th in other years.
BIRTHDAYS = """
select * from (
  select p.id as person_id, p.id as subject_id, y.year as version, p.timezone as zone, p.id as cause_id,
    ((p.birthday + make_interval(years => y.year - extract(year from p.birthday)::int))::date + time '09:00')
      at time zone p.timezone as anchor
  from people p cross join lateral (
    select extract(year from %(now)s::timestamptz at time zone p.timezone)::int + n as year from generate_series(0, 1) n) y
  where p.birthday is not null
) b where b.anchor > %(now)s::timestamptz - interval '1 day'
"""
BIRTHDAY = """
select w.id, case when p.birthday is null then 'They have taken their birthday back.' end as reason,
  jsonb_build_object('first_name', coalesce(nullif(split_part(btrim(p.name), ' ', 1), ''), 'there')) as params,
  w.due_at + interval '12 hours' as expires_at
from w join people p on p.id = w.person_id
"""
RULES = (
    Rule(
        key="certificate_ready",
        group="examples",
        title="Certificate ready",
        about="Tells those who have completed a course where their certificate is.",
        when="the batch has ended",
        conditions="Only to those who have completed the course.",
        occasions=COMPLETED,
        supposes="completion",
        otherwise="They are in no batch that has an end.",
        facts=CERTIFICATE,
        defaults=RuleSettings(0, "days", ("email",), {"email": "certificate_ready"}),
        is_on=False,
        channels=("email",),  # WhatsApp's template carries the certificate itself
    ),
    Rule(
        key="birthday",
        group="examples",
        title="Birthday",
        about="A greeting to those who have told us their birthday. Each one plans the next.",
        when="their birthday begins",
        conditions="Not to those who want no news from us.",
        occasions=BIRTHDAYS,
        otherwise="They have not told us their birthday.",
        facts=BIRTHDAY,
        defaults=RuleSettings(0, "days", ("email",), {"email": "birthday", "whatsapp": "birthday"}),
        is_on=False,
        is_marketing=True,
        recurs=True,
    ),
)
