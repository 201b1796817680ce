"""What was asked for and is not paid: a word before a part is due, if wanted, and one after."""

from domain.automation.rule import Direction, Rule, RuleSettings
from domain.payments.money import rupees_sql

# At ten in the morning of the day in India; without a day it is due when it is asked for.
_OCCASIONS = """
select m.person_id, r.id as subject_id, 1 as version, m.id as cause_id, 'Asia/Kolkata' as zone,
  ({day} + time '10:00') at time zone 'Asia/Kolkata' as anchor
from payment_requests r join payments m on m.id = r.payment_id
where m.cancelled_at is null and r.state <> 'paid' and {day} is not null
"""
AFTER = _OCCASIONS.format(day="coalesce(r.due_on, (m.created_at at time zone 'Asia/Kolkata')::date)")
BEFORE = _OCCASIONS.format(day="r.due_on")
# A link that is being made, or opened again, is waited for as long as the message is good for.
_UNTIL = "w.due_at + interval '2 days'"
# The reminder after an approval speaks of the first part as well: one of the two is enough.
FACTS = f"""
select w.id, case
    when m.cancelled_at is not null then 'The payment was cancelled.'
    when r.state = 'paid' or m.paid_paise >= m.amount_paise then 'It is paid.'
    when e.state = 'withdrawn' then 'They were withdrawn from the batch.'
    when exists (select from profiles f where f.person_id = m.person_id and not f.is_active) then 'Their account is deactivated.'
    when r.state <> 'open' and {_UNTIL} < %(now)s then 'There is no link to pay at.'
    when r.part = 1 and exists (select from deliveries d where d.subject_id = m.enrolment_id and d.rule_key = 'unpaid_reminder'
      and d.state <> 'cancelled' and d.created_at > %(now)s::timestamptz - interval '2 days')
      then 'They were reminded of it after the approval.'
  end as reason,
  jsonb_build_object('first_name', coalesce(nullif(split_part(btrim(p.name), ' ', 1), ''), 'there'), 'purpose', m.purpose,
    'course_title', coalesce(c.title, m.purpose), 'amount', {rupees_sql("r.amount_paise")},
    'due', to_char(coalesce(r.due_on, (m.created_at at time zone 'Asia/Kolkata')::date), 'FMDD FMMonth YYYY'),
    'payment_id', m.id) as params,
  {_UNTIL} as expires_at, case when r.state <> 'open' then 'There is no link yet to pay at: it waits for one.' end as waits_for,
  {_UNTIL} + interval '1 second' as waits_until
from w join payment_requests r on r.id = w.subject_id join payments m on m.id = r.payment_id join people p on p.id = m.person_id
left join enrolments e on e.id = m.enrolment_id left join cta_submissions a on a.id = m.application_id
left join batches b on b.id = e.batch_id left join courses c on c.id = coalesce(b.course_id, a.course_id)
"""


def _rule(key: str, title: str, about: str, occasions: str, days: int, direction: Direction) -> Rule:
    return Rule(
        key=key,
        group="payments",
        title=title,
        about=about,
        when="a payment or a part of it is due",
        conditions="Not if it was paid or cancelled meanwhile. Without a link to pay at it waits for one, two days.",
        occasions=occasions,
        facts=FACTS,
        defaults=RuleSettings(days, "days", ("email", "whatsapp"), {"email": key, "whatsapp": key}),
        direction=direction,
        is_on=direction == "after",
        supposes="request to pay",
        otherwise="There is nothing for them to pay.",
        links=("payment_id",),
    )


RULES = (
    _rule("payment_ahead", "Payment coming up", "A word before a payment is due.", BEFORE, 2, "before"),
    _rule("payment_reminder", "Payment reminder", "A reminder of what is due and not paid.", AFTER, 1, "after"),
)
KEYS = tuple(rule.key for rule in RULES)
