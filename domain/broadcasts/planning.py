"""Planning a confirmed broadcast: one delivery for each recipient, written in chunks that survive a killed worker."""

from uuid import UUID

from domain.automation.running import Skip, StepRun, hold
from domain.broadcasts.audience import ENROLMENT, REASON, SUPPRESSED, VALUES, judging_values
from domain.broadcasts.broadcast import Broadcast, find_broadcast
from domain.broadcasts.content import content_of
from domain.broadcasts.sent import end_broadcasts
from domain.language import _
from domain.messaging.capping import hold_people
from domain.messaging.quiet_hours import HOURS
from domain.work import Work

CHUNK = 2_000

# Judged once more: somebody may have opted out since.
JUDGE = """
select p.id as person_id, {values}, {reason} as reason
  from broadcast_recipients r join people p on p.id = r.person_id {suppressed} left join lateral ({enrolment}) e on true
 where r.broadcast_id = %(broadcast_id)s and r.place > %(after)s and r.place <= %(last)s and r.reason = ''
 order by r.place
"""
PEOPLE = """
select person_id from broadcast_recipients
 where broadcast_id = %(broadcast_id)s and place > %(after)s and place <= %(last)s and reason = ''
"""
# The key makes one delivery a person, whatever happens. What would leave in quiet hours waits for their end, in the
# recipient's own zone.
WRITE = f"""
with quiet as ({HOURS})
insert into deliveries (channel, kind, person_id, broadcast_id, to_address, to_name, template, params, marketing, group_key,
  idempotency_key, due_at, created_at)
select %(channel)s, 'broadcast', p.id, %(broadcast_id)s, {{address}}, p.name, %(template)s, r.params, %(is_marketing)s,
  case when %(channel)s = 'email' then 'broadcast:' || %(broadcast_id)s::uuid end,
  'broadcast:' || %(broadcast_id)s::uuid || ':' || p.id,
  after_quiet_hours(%(now)s, p.timezone, quiet.since, quiet.until), %(now)s
  from unnest(%(people)s::uuid[], %(params)s::jsonb[]) with ordinality as r (person_id, params, place)
  join people p on p.id = r.person_id left join quiet on true order by r.place
on conflict (idempotency_key) do nothing
"""
DROP = """
update broadcast_recipients r set reason = d.reason
  from unnest(%(people)s::uuid[], %(reasons)s::text[]) as d (person_id, reason)
 where r.broadcast_id = %(broadcast_id)s and r.person_id = d.person_id
"""
BEGIN = "update broadcasts set state = 'sending' where id = %(id)s and state = 'scheduled'"
ADVANCE = "update broadcasts set planned_count = %(last)s where id = %(id)s"


async def plan_broadcast(run: StepRun) -> None:
    """Write the deliveries of the step's broadcast, 2,000 a transaction. Running it again goes on where it stopped."""
    assert run.step.subject_id is not None
    is_left = True
    while is_left:
        async with run.work() as work:
            await hold(work, run.step, run.lease_seconds)
            is_left = await plan_chunk(work, run.step.subject_id, version=run.step.subject_version)


async def plan_chunk(work: Work, broadcast_id: UUID, size: int = CHUNK, version: int | None = None) -> bool:
    """Write the next deliveries of a broadcast; return whether some are left. Raises Skip when it was taken back or cancelled."""
    broadcast = await find_broadcast(work, broadcast_id, lock=True)
    if broadcast.state not in ("scheduled", "sending") or version not in (None, broadcast.version):
        raise Skip(_("The broadcast was taken back or cancelled."))
    await work.run(BEGIN, id=broadcast_id)
    last = min(broadcast.planned_count + size, broadcast.recipient_count)
    if last > broadcast.planned_count:
        await _write(work, broadcast, last)
        await work.run(ADVANCE, id=broadcast_id, last=last)
    is_left = bool(last < broadcast.recipient_count)
    if not is_left:
        await end_broadcasts(work, [broadcast_id])
    work.nudge()
    for topic in (f"broadcast:{broadcast_id}", "broadcasts", "deliveries"):
        work.signal(topic)
    return is_left


async def _write(work: Work, broadcast: Broadcast, last: int) -> None:
    channel = broadcast.channel
    statement = JUDGE.format(values=VALUES, reason=REASON[channel], suppressed=SUPPRESSED[channel], enrolment=ENROLMENT)
    values = judging_values(broadcast, work.now) | {"batch": broadcast.audience.batch_id, "nobody": _("there")}
    if broadcast.is_marketing:
        people = await work.rows(PEOPLE, broadcast_id=broadcast.id, after=broadcast.planned_count, last=last)
        await hold_people(work, [row.person_id for row in people])
    rows = await work.rows(statement, **values, after=broadcast.planned_count, last=last)
    content = await content_of(work, broadcast)
    chosen = [row for row in rows if row.reason is None]
    await work.run(
        WRITE.format(address="p.email" if channel == "email" else "p.phone"),
        channel=channel,
        broadcast_id=broadcast.id,
        template=content.template_name,
        is_marketing=broadcast.is_marketing,
        people=[row.person_id for row in chosen],
        params=[content.params(row.values) for row in chosen],
        now=work.now,
    )
    if dropped := [row for row in rows if row.reason is not None]:
        people, reasons = [row.person_id for row in dropped], [row.reason for row in dropped]
        await work.run(DROP, broadcast_id=broadcast.id, people=people, reasons=reasons)
