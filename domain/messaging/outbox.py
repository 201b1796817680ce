"""The outbox: every e-mail is a row, written in the transaction of its cause, and leaves after the commit."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from domain.work import Work

INSERT = """
insert into deliveries (channel, kind, person_id, campaign_id, subject_id, to_address, to_name, template, params,
  group_key, idempotency_key, due_at, created_at)
values ('email', %(kind)s, %(person_id)s, %(campaign_id)s, %(subject_id)s, lower(%(to)s), %(name)s, %(template)s, %(params)s,
  %(group_key)s, %(key)s, %(due_at)s, %(now)s)
on conflict (idempotency_key) do nothing
returning id
"""


async def plan_email(
    work: Work,
    *,
    kind: str,
    to: str,
    name: str = "",
    key: str,
    params: Mapping[str, str] | None = None,
    template: str = "",
    person_id: UUID | None = None,
    subject_id: UUID | None = None,
    campaign_id: UUID | None = None,
    group_key: str | None = None,
    due_at: datetime | None = None,
) -> UUID | None:
    """Write an e-mail to be sent after the commit; return its delivery's id, or None when ``key`` was planned before.

    ``template`` names files in templates/email/ and is ``kind`` unless given. ``params`` fill it and are no place for
    secrets: those are made when the e-mail is composed. E-mails of one ``group_key`` differ in ``params`` alone and leave
    together.
    """
    work.nudge()
    delivery_id: UUID | None = await work.value(
        INSERT,
        kind=kind,
        person_id=person_id,
        campaign_id=campaign_id,
        subject_id=subject_id,
        to=to,
        name=name,
        template=template or kind,
        params=dict(params or {}),
        group_key=group_key,
        key=key,
        due_at=due_at or work.now,
        now=work.now,
    )
    return delivery_id
