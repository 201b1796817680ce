"""After an approval, or when somebody is enrolled by hand: a welcome, the request to pay, and what follows when nobody pays."""

from domain.automation.rule import Acted, Rule, RuleSettings
from domain.payments.money import rupees_sql
from domain.work import Work

# An enrolment that comes back after a withdrawal is agreed on anew, and is another version of itself.
OCCASIONS = """
select e.person_id, e.id as subject_id, extract(epoch from coalesce(e.agreed_at, e.enrolled_at))::int as version,
  coalesce(e.agreed_at, e.enrolled_at) as anchor, p.timezone as zone, e.application_id as cause_id
from enrolments e join people p on p.id = e.person_id where e.state = 'active'
"""
# What they were asked to pay for this course and has not been cancelled, whichever of its batches it was for.
_ASKED = """
m.person_id = e.person_id and m.cancelled_at is null and (
  m.enrolment_id in (select o.id from enrolments o join batches ob on ob.id = o.batch_id
    where o.person_id = e.person_id and ob.course_id = c.id)
  or m.application_id in (select a.id from cta_submissions a where a.person_id = e.person_id and a.course_id = c.id))
"""
_FACTS = f"""
select w.id, coalesce(case
    when e.state = 'withdrawn' then 'They were withdrawn from the batch.'
    when exists (select from profiles f where f.person_id = e.person_id and not f.is_active) then 'Their account is deactivated.'
    when extract(epoch from coalesce(e.agreed_at, e.enrolled_at))::int <> w.version then 'They were enrolled anew since.'
  end, {{reason}}) as reason,
  jsonb_build_object('first_name', coalesce(nullif(split_part(btrim(p.name), ' ', 1), ''), 'there'),
    'course_title', c.title, 'batch_name', b.name{{params}}) as params,
  {{expires_at}} as expires_at{{waits}}
from w join enrolments e on e.id = w.subject_id join people p on p.id = e.person_id join batches b on b.id = e.batch_id
join courses c on c.id = b.course_id
left join lateral (
  select count(*) as count, coalesce(sum(m.paid_paise), 0) as paid_paise, sum(m.amount_paise) as amount_paise
  from payments m where {_ASKED}
) asked on true
left join lateral (
  select m.id as payment_id, r.amount_paise from payments m join payment_requests r on r.payment_id = m.id
  where {_ASKED} and r.state = 'open' order by m.created_at, r.part limit 1
) open on true
"""
NO_BATCH = "There is no batch that they could come into."
_PAID = """
    when asked.count = 0 then 'They have not been asked to pay.'
    when asked.paid_paise > 0 then 'They have paid.'
"""
_TWO_DAYS = "w.due_at + interval '2 days'"
WELCOME = _FACTS.format(reason="null", params="", expires_at=_TWO_DAYS, waits="")
ASK = _FACTS.format(
    reason="""case
    when e.price_paise = 0 then 'The course costs nothing.'
    when asked.count > 0 then 'They have been asked to pay already.'
  end""",
    params=""", 'enrolment_id', e.id, 'price_paise', e.price_paise, 'version', w.version, 'instalments',
    coalesce(b.instalments, c.instalments), 'instalment_every', c.instalment_every, 'instalment_unit', c.instalment_unit""",
    expires_at="null::timestamptz",
    waits="",
)
# The link leaves once the gateway has made it, and is about the payment.
LINK = """
select w.id, case
    when m.cancelled_at is not null then 'The payment was cancelled.'
    when m.paid_paise >= m.amount_paise then 'It is paid.'
    when e.state = 'withdrawn' then 'They were withdrawn from the batch.'
    when exists (select from profiles f where f.person_id = m.person_id and not f.is_active) then 'Their account is deactivated.'
  end as reason
from w join payments m on m.id = w.subject_id left join enrolments e on e.id = m.enrolment_id
"""
REMIND = _FACTS.format(
    reason=f"case {_PAID} when open.payment_id is null and {_TWO_DAYS} < %(now)s then 'There is no link to pay at.' end",
    params=f", 'payment_id', open.payment_id, 'amount', {rupees_sql('open.amount_paise')}",
    expires_at=_TWO_DAYS,
    # A link that is being made, or opened again, is waited for as long as the message is good for.
    waits=f""", case when open.payment_id is null then 'There is no link yet to pay at: it waits for one.' end as waits_for,
    {_TWO_DAYS} + interval '1 second' as waits_until""",
)
ATTEND = _FACTS.format(
    reason=f"case {_PAID} end",
    params=f", 'amount', {rupees_sql('asked.amount_paise')}",
    expires_at="w.due_at + interval '30 days'",
    waits="",
)


async def _ask(work: Work, acted: Acted) -> str:
    # Payments plan rules themselves, so they are not there yet when the rules are read.
    from domain.payments.after_approval import ask_after_approval

    return await ask_after_approval(work, acted)


async def _attend(work: Work, acted: Acted) -> str:
    from domain.payments.after_approval import tell_unpaid

    return await tell_unpaid(work, acted)


def _settings(amount: int, unit: str, template: str, *channels: str) -> RuleSettings:
    return RuleSettings(amount, unit, channels, dict.fromkeys(channels, template))  # type: ignore[arg-type]


RULES = (
    Rule(
        key="approval_whatsapp",
        group="approval",
        title="Welcome by WhatsApp",
        about="Says that the place is theirs. The sign-in details come in the welcome e-mail.",
        when="they were approved",
        conditions="Not if they were withdrawn since, or take no WhatsApp.",
        occasions=OCCASIONS,
        supposes="approval",
        otherwise=NO_BATCH,
        facts=WELCOME,
        defaults=_settings(0, "minutes", "approval_welcome", "whatsapp"),
        channels=("whatsapp",),
    ),
    Rule(
        key="approval_call",
        group="approval",
        title="Welcome by a call",
        about="The voice agent welcomes them and answers their questions. How it went stands on their timeline.",
        when="they were approved",
        conditions="Not if they were withdrawn since, or take no calls. Only at a decent hour where they are.",
        occasions=OCCASIONS,
        supposes="approval",
        otherwise=NO_BATCH,
        facts=WELCOME,
        defaults=RuleSettings(2, "hours", ("call",), {"call": ""}, quiet_hours=("19:00", "10:00")),
        channels=("call",),
        is_on=False,
    ),
    Rule(
        key="approval_payment",
        group="approval",
        title="Request to pay",
        about="Asks for the price they were enrolled at, in the instalments of the course or batch, and sends the link.",
        when="they were approved",
        conditions="Not if it costs nothing, or if they have been asked already.",
        occasions=OCCASIONS,
        supposes="approval",
        otherwise=NO_BATCH,
        facts=ASK,
        leaving=LINK,
        defaults=_settings(0, "minutes", "payment_link", "email", "whatsapp"),
        act=_ask,
    ),
    Rule(
        key="unpaid_reminder",
        group="approval",
        title="Reminder of the first payment",
        about="Says that the place is kept and the payment still open, with the link to pay.",
        when="they were approved",
        conditions="Not if they have paid something, were not asked to pay, or were withdrawn. Without a link to pay at it waits"
        " for one, two days.",
        occasions=OCCASIONS,
        supposes="request to pay",
        otherwise=NO_BATCH,
        facts=REMIND,
        defaults=_settings(3, "days", "unpaid_reminder", "email", "whatsapp"),
        links=("payment_id",),
    ),
    Rule(
        key="unpaid_attention",
        group="approval",
        title="Unpaid: needs attention",
        about="Tells the admins that somebody has a place and has paid nothing.",
        when="they were approved",
        conditions="Not if they have paid something, were not asked to pay, or were withdrawn.",
        occasions=OCCASIONS,
        supposes="request to pay",
        otherwise=NO_BATCH,
        facts=ATTEND,
        defaults=RuleSettings(7, "days", (), {}),
        channels=(),
        act=_attend,
    ),
)
KEYS = tuple(rule.key for rule in RULES)
UNPAID_KEYS = ("unpaid_reminder", "unpaid_attention")
