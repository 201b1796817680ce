"""After a class: its recording, once it is there, and a day later the question how it was."""

from domain.automation.rule import Rule, RuleSettings
from domain.sessions.attending import IS_RECORDED, state_sql
from domain.sessions.attending import RULES as ATTENDANCE

# A class is over once, so what follows it has one version: whatever is changed afterwards, nobody hears of it twice.
OCCASIONS = """
select e.person_id, s.id as subject_id, 1 as version, s.ends_at as anchor, b.timezone as zone, s.batch_id as cause_id
from sessions s join batches b on b.id = s.batch_id
  join enrolments e on e.batch_id = s.batch_id and e.state = 'active' and e.enrolled_at < s.ends_at
  join profiles f on f.person_id = e.person_id and f.is_active
where s.cancelled_at is null
"""
_POINTLESS = """
    when s.cancelled_at is not null then 'The class was cancelled.'
    when s.ends_at > %(now)s then 'The class was moved: it is not over yet.'
    when not exists (select from enrolments e join profiles f on f.person_id = e.person_id and f.is_active
      where e.batch_id = s.batch_id and e.person_id = w.person_id and e.state <> 'withdrawn')
      then 'They are not in this batch any more.'
"""
_VALUES = """
'first_name', coalesce(nullif(split_part(btrim(p.name), ' ', 1), ''), 'there'), 'class_title', s.title,
    'course_title', c.title, 'batch_name', b.name
"""
_FROM = """
from w join sessions s on s.id = w.subject_id join batches b on b.id = s.batch_id join courses c on c.id = b.course_id
  join people p on p.id = w.person_id
"""
# A step waits while there is nothing to watch, is woken by what comes, and given up with the last look for it. What has come is
# news for a week from then on.
RECORDING_FACTS = f"""
select w.id, case {_POINTLESS}
    when l.films = 0 and (s.zoom_recording_status = 'missing' or s.ends_at + interval '10 days' <= %(now)s)
      then 'There is no recording of the class.'
  end as reason,
  jsonb_build_object({_VALUES}, 'summary', s.summary, 'recording_path', case when l.films = 1
    then '/student/recordings/' || l.first else '/student/sessions/' || s.id end) as params,
  greatest(w.due_at, %(now)s::timestamptz) + interval '7 days' as expires_at,
  case when l.films = 0 then 'There is no recording to watch yet: it waits for one.' end as waits_for,
  s.ends_at + interval '10 days' as waits_until
{_FROM} cross join lateral (select count(*) as films, (array_agg(r.id order by r.part, r.created_at))[1] as first
  from recordings r where r.session_id = s.id and r.state = 'ready' and r.kind in ('video', 'audio', 'link')
    and coalesce(r.is_visible, b.recordings_visible)) l
"""
FEEDBACK_FACTS = f"""
with {ATTENDANCE}
select w.id, case {_POINTLESS}
    when exists (select from session_feedback g where g.session_id = s.id and g.person_id = w.person_id)
      then 'They have said how it was already.'
    when {state_sql("w.person_id")} not in ('present', 'late', 'watched') and {IS_RECORDED}
      then 'They have neither been there nor watched it.'
  end as reason,
  jsonb_build_object({_VALUES}, 'feedback_id', w.id) as params,
  w.due_at + interval '3 days' as expires_at
{_FROM} cross join rules r left join attendance a on a.session_id = s.id and a.person_id = w.person_id
"""
RECORDING, FEEDBACK = "recording_ready", "feedback_request"

RULES = (
    Rule(
        key=RECORDING,
        group="after_class",
        title="Recording of the class",
        about="Where to watch it, and the summary that the host wrote.",
        when="the class ended, or later, as soon as its recording is there",
        conditions="Once a class, to students in the batch. It waits for a recording that they may see, and gives up after"
        " ten days.",
        occasions=OCCASIONS,
        supposes="approval",
        otherwise="There is no class of theirs.",
        facts=RECORDING_FACTS,
        defaults=RuleSettings(2, "hours", ("email", "whatsapp"), {"email": RECORDING, "whatsapp": RECORDING}),
        links=("recording_path",),
    ),
    Rule(
        key=FEEDBACK,
        group="after_class",
        title="How was the class?",
        about="A form of one tap that needs no sign-in.",
        when="the class ended",
        conditions="To those who were there or have watched it, and have not said how it was; to everybody where nothing"
        " told who came.",
        occasions=OCCASIONS,
        supposes="approval",
        otherwise="There is no class of theirs.",
        facts=FEEDBACK_FACTS,
        defaults=RuleSettings(1, "days", ("email", "whatsapp"), {"email": FEEDBACK, "whatsapp": FEEDBACK}),
        links=("feedback_id",),
    ),
)
