"""How a text reads to a real person: filled with what we know of them, with samples for the rest, and with no secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.language import _, ngettext
from domain.learning.deadlines import told_deadline
from domain.messaging.templates.rendering import render_text
from domain.messaging.templates.text import TemplateText
from domain.messaging.templates.values import MADE
from domain.payments.money import HOME_ZONE, rupees
from domain.people import search_people
from domain.ports import MessageRenderer, RenderedEmail
from domain.sessions.when import when
from domain.work import Row, Work

# Their last enrolment or what they have applied for, and what is next for them: one statement, whatever the text asks for.
PERSON = """
select h.id, h.name, h.email, h.phone, h.timezone as own_zone, h.city,
  coalesce(e.course, a.course) as course, coalesce(e.summary, a.summary) as summary, e.batch, e.starts_on, e.ends_on,
  p.purpose, p.number, p.amount_paise, p.due_on,
  s.title as class_title, s.starts_at, s.duration, s.place, s.description, s.timezone,
  w.title as work_title, w.due_at
from people h
left join lateral (
  select c.title as course, c.summary, b.id as batch_id, b.name as batch, b.starts_on, b.ends_on
    from enrolments e join batches b on b.id = e.batch_id join courses c on c.id = b.course_id
   where e.person_id = h.id and e.state <> 'withdrawn' order by e.enrolled_at desc limit 1) e on true
left join lateral (
  select c.title as course, c.summary from cta_submissions a join courses c on c.id = a.course_id
   where a.person_id = h.id order by a.submitted_at desc limit 1) a on true
left join lateral (
  select purpose, number, amount_paise, (select min(r.due_on) from payment_requests r where r.payment_id = p.id) as due_on
    from payments p where p.person_id = h.id order by created_at desc limit 1) p on true
left join lateral (
  select s.title, s.starts_at, s.duration, s.place, s.description, b.timezone
    from sessions s join batches b on b.id = s.batch_id where s.batch_id = e.batch_id
   order by s.starts_at < %(now)s, abs(extract(epoch from s.starts_at - %(now)s)) limit 1) s on true
left join lateral (
  select title, due_at from assignments where batch_id = e.batch_id and published_at is not null
   order by due_at desc limit 1) w on true
where h.id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """An e-mail as ``person`` would read it, or as a made-up one where there is none. ``others`` are found as well."""

    email: RenderedEmail
    values: Mapping[str, str]
    person: Row | None = None
    others: Sequence[str] = ()


async def show_text(
    work: Work, renderer: MessageRenderer, text: TemplateText, base_url: str, *, business: str, who: str = ""
) -> Shown:
    """Return how a text reads to whoever ``who`` finds by name, e-mail address or phone; else with samples."""
    work.require_admin()
    person, others = await find_reader(work, who)
    values = values_for(text, person, base_url) | {"business_name": business}
    unsubscribe = {"unsubscribe_url": f"{base_url}/unsubscribe"} if text.is_marketing else {}
    return Shown(render_text(renderer, text, values | unsubscribe), values, person, others)


def values_for(text: TemplateText, person: Row | None, base_url: str) -> dict[str, str]:
    """Return values for every variable of a text: what we know of the person, samples for the rest."""
    samples = {name: _(value) if value else "" for name, value in text.samples(base_url).items()}
    if person is None:
        return samples
    known = known_of(person)
    if text.key in ("enrolled", "submission_marked"):  # their sentences are made of what is known
        known |= MADE[text.key](samples | known)
    return {name: known.get(name, sample) for name, sample in samples.items()}


def known_of(person: Row) -> dict[str, str]:
    """Return what we know of somebody, by the names that variables have."""
    first = (person.name.split() or [""])[0]
    known = {
        "first_name": first or _("there"),
        "sign_in_email": person.email,
        "course_title": person.course,
        "course": person.course,
        "course_summary": person.summary,
        "batch_name": person.batch,
        "purpose": person.purpose,
        "number": person.number,
        "amount": rupees(person.amount_paise) if person.amount_paise else None,
        "due_on": person.due_on and person.due_on.strftime("%-d %B %Y"),
        "title": person.work_title,
        "assignment": person.work_title,
    }
    known["due"] = known["due_on"]
    if person.starts_on:
        known["batch_dates"] = _("It starts on {start}.", start=person.starts_on.strftime("%-d %B %Y"))
    if person.due_at:
        known["deadline"] = told_deadline(person.due_at, person.timezone or str(HOME_ZONE))
    if person.class_title:
        known |= {
            "class_title": person.class_title,
            "when": when(person.starts_at, person.timezone, person.own_zone),
            "duration": ngettext("{count} minute", "{count} minutes", person.duration),
        }
    return {name: str(value) for name, value in known.items() if value} | {
        "subject_name": f"{first}, " if first else ""
    }


async def find_reader(work: Work, who: str) -> tuple[Row | None, Sequence[str]]:
    """Return whoever is found by a name, an e-mail address or a phone, and the names of others that are found by it."""
    found = await search_people(work, who) if who.strip() else []
    exact = [row for row in found if who.strip().lower() in (row.email, row.phone)]
    if not found:
        return None, ()
    first = (exact or found)[0]
    person = await work.row(PERSON, id=first.id, now=work.now)
    return person, [row.name or row.email or row.phone for row in found if row.id != first.id]
