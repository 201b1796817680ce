"""Reminders of a class: a day before, a quarter of an hour before, and whenever an admin asks for one."""

from domain.automation.rule import Rule, RuleSettings

HOURS_BETWEEN = 2  # reminders by hand

# Each active student of the batch and each of its classes that takes place. What began before they came is none of theirs.
OCCASIONS = """
select e.person_id, s.id as subject_id, s.version, s.starts_at as anchor, b.timezone as zone, s.batch_id as cause_id
from sessions s join batches b on b.id = s.batch_id
  join enrolments e on e.batch_id = s.batch_id and e.state = 'active' and e.enrolled_at < s.starts_at
  join profiles f on f.person_id = e.person_id and f.is_active
where s.cancelled_at is null
"""
# By hand it is planned by who presses, for whom they see: domain/sessions/reminding.py.
BY_HAND = """
select null::uuid as person_id, null::uuid as subject_id, 1 as version, null::timestamptz as anchor, 'UTC' as zone,
  null::uuid as cause_id where false
"""
# As if it were pressed now for the next class, in which who was reminded of it within two hours is left out.
PRESSED = f"""
select e.person_id, s.id as subject_id, s.version, %(now)s::timestamptz as anchor, b.timezone as zone, s.batch_id as cause_id
from enrolments e join batches b on b.id = e.batch_id cross join lateral (
  select s.id, s.version, s.batch_id from sessions s where s.batch_id = e.batch_id and s.cancelled_at is null
    and s.ends_at > %(now)s order by s.starts_at, s.id limit 1) s
where e.state = 'active' and not exists (select from reminders r where r.session_id = s.id and r.person_id = e.person_id
  and r.written_at > %(now)s::timestamptz - make_interval(hours => {HOURS_BETWEEN}))
"""
# A rule's facts and the moment until which its message makes sense.
FACTS = """
select w.id, case
    when s.cancelled_at is not null then 'The class was cancelled.'
    when w.version <> s.version then 'The class was changed: they are reminded of it as it is now.'
    when s.ends_at <= %(now)s then 'The class is over.'
    when not exists (select from enrolments e join profiles f on f.person_id = e.person_id and f.is_active
      where e.batch_id = s.batch_id and e.person_id = w.person_id and e.state = 'active')
      then 'They are not in this batch any more.'
  end as reason,
  jsonb_build_object('first_name', coalesce(nullif(split_part(btrim(p.name), ' ', 1), ''), 'there'),
    'class_title', s.title, 'course_title', c.title, 'batch_name', b.name,
    'when', jsonb_build_object('moment', s.starts_at, 'zone', b.timezone, 'own_zone', p.timezone),
    'details', concat_ws(E'\\n', 'Length: ' || s.duration || ' minutes',
      case when not s.create_zoom_meeting then 'Place: ' || nullif(s.place, '') end),
    'join_path', '/student/sessions/' || s.id || '/join') as params,
  {until} as expires_at
from w join sessions s on s.id = w.subject_id join batches b on b.id = s.batch_id join courses c on c.id = b.course_id
  join people p on p.id = w.person_id
"""
# One row for each message that was written: the table refuses a second of one kind for the same state of a class.
NOTE = """
insert into reminders (session_id, person_id, kind, session_version, channel, step_id, delivery_id, planned_for, written_at)
select d.subject_id, d.person_id, case d.rule_key when 'session_reminder_now' then 'now' else d.rule_key end,
  a.subject_version, d.channel, a.id, d.id, a.due_at, %(now)s
from deliveries d join automation_steps a on a.id = d.step_id where d.step_id = any(%(steps)s)
on conflict (delivery_id) do nothing
"""
NOW = "session_reminder_now"


def _rule(key: str, title: str, about: str, when: str, settings: tuple[int, str], **more: object) -> Rule:
    until = "s.starts_at" if key == "session_reminder_24h" else "s.ends_at"
    amount, unit = settings
    defaults = RuleSettings(amount, unit, ("email", "whatsapp"), {"email": key, "whatsapp": key})  # type: ignore[arg-type]
    values = {"direction": "before", "occasions": OCCASIONS} | more
    return Rule(
        key=key,
        group="classes",
        title=title,
        about=about,
        when=when,
        conditions="Only if the class takes place and is not over, and only to students who are in the batch then.",
        facts=FACTS.format(until=until),
        defaults=defaults,
        supposes="approval",
        otherwise="No class lies ahead of them, or they were reminded of it a moment ago.",
        is_personal=True,
        links=("join_path",),
        note=NOTE,
        **values,  # type: ignore[arg-type]
    )


RULES = (
    _rule(
        "session_reminder_24h",
        "Class reminder: a day before",
        "When the class is and how to come in, with a file for the calendar.",
        "the class begins",
        (24, "hours"),
    ),
    _rule(
        "session_reminder_15m",
        "Class reminder: 15 minutes before",
        "The way in, just before the class begins. It goes out in quiet hours, too.",
        "the class begins",
        (15, "minutes"),
        is_urgent=True,
    ),
    _rule(
        NOW,
        "Class reminder by hand",
        "What an admin sends with “Remind now” on the page of a class.",
        "an admin asked for it",
        (0, "minutes"),
        direction="after",
        occasions=BY_HAND,
        would=PRESSED,
        is_urgent=True,
    ),
)
