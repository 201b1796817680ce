"""Suppressions: addresses that get no more campaign e-mail, because their owners said so or because they bounce."""

from collections.abc import Sequence
from uuid import UUID

from domain import audit
from domain.errors import NotFound
from domain.language import _
from domain.leads.sequences import stop_sequences_of
from domain.messaging.unsubscribe_links import Addressee
from domain.work import Row, Work

# The e-mail's row may be gone with its lead: the wish of whom it went to holds all the same.
RECIPIENT = """
select a.email, d.id, s.reason, b.value #>> '{}' as business_name
  from (select) one left join deliveries d on d.id = %(id)s
  cross join lateral (select lower(coalesce(nullif(%(email)s, ''), d.to_address)) as email) a
  left join email_suppressions s on s.email = a.email left join business_settings b on b.key = 'business_name'
 where a.email is not null
"""
SUPPRESS = """
insert into email_suppressions (email, reason, detail, delivery_id, created_at)
values (lower(%(email)s), %(reason)s, %(detail)s, %(delivery_id)s, %(now)s)
on conflict (email) do nothing
"""
# A claimed e-mail is looked at again when it is composed, so only what waits is cancelled here.
CANCEL_WAITING = """
update deliveries set state = 'cancelled', retry_at = null, reason = %(reason)s
 where to_address = lower(%(email)s) and campaign_id is not null and state in ('pending', 'retry')
returning campaign_id
"""
LIST = """
select (select count(*) from email_suppressions where %(reason)s = '' or reason = %(reason)s) as total, r.*
from (select) one left join (
  select email, reason, detail, delivery_id, created_at, row_number() over (order by created_at desc, email) as at
    from email_suppressions where %(reason)s = '' or reason = %(reason)s
   order by created_at desc, email limit %(most)s offset %(skip)s
) r on true order by r.at
"""
REASONS = ("bounced", "unsubscribed", "spam", "invalid")
RESUME = "delete from email_suppressions where email = %(email)s and reason = 'unsubscribed'"


async def find_recipient(work: Work, addressee: Addressee | None) -> Row:
    """Return who an e-mail went to, and why the address is suppressed if it is; raise NotFound for no link of ours."""
    row = await work.row(RECIPIENT, id=addressee.delivery_id, email=addressee.email) if addressee else None
    if row is None:
        raise NotFound(_("This unsubscribe link is not complete. Open the link in the e-mail again."))
    return row


async def unsubscribe(work: Work, addressee: Addressee | None) -> str:
    """Send no more campaign e-mail to whom this e-mail went, and return the address. Again changes nothing."""
    row = await find_recipient(work, addressee)
    await suppress(work, row.email, "unsubscribed", _("Unsubscribed by the link in an e-mail."), row.id)
    return str(row.email)


async def resume(work: Work, addressee: Addressee | None) -> str:
    """Take an unsubscription back and return the address. Bounces and spam reports stay."""
    row = await find_recipient(work, addressee)
    if await work.run(RESUME, email=row.email):
        await audit.record(work, "address.resubscribed", "email", row.id, row.email)
    return str(row.email)


async def list_suppressions(
    work: Work, reason: str = "", page: int = 1, per_page: int = 20
) -> tuple[Sequence[Row], int]:
    """Return one page of the suppressed addresses, the last first, and how many there are; ``reason`` is one or empty."""
    rows = await work.rows(LIST, reason=reason, most=per_page, skip=(page - 1) * per_page)
    return [row for row in rows if row.email is not None], rows[0].total


async def suppress(work: Work, email: str, reason: str, detail: str = "", delivery_id: UUID | None = None) -> None:
    """Send no more campaign e-mail to the address and cancel what waits; ``reason`` is one the table knows."""
    values = {"email": email, "reason": reason, "detail": detail, "delivery_id": delivery_id}
    if await work.run(SUPPRESS, **values, now=work.now):
        await audit.record(work, "address.suppressed", "email", delivery_id, email, reason=reason)
    await stop_sequences_of(work, cancel_reason(reason), emails=[email])
    for row in await work.rows(CANCEL_WAITING, email=email, reason=cancel_reason(reason)):
        work.signal(f"campaign:{row.campaign_id}")
        work.signal("deliveries")


def cancel_reason(reason: str) -> str:
    """Return why campaign e-mail to a suppressed address is not sent, for people."""
    return {
        "unsubscribed": _("They have unsubscribed."),
        "spam": _("They marked an earlier e-mail as spam."),
    }.get(reason, _("An earlier e-mail to this address bounced."))
