"""Reading calls: where each stands is asked of the provider itself, until it has ended and everything is told.

A webhook only says that there may be news; without one the call is read all the same, at ever longer intervals.
"""

from datetime import timedelta
from uuid import UUID

from domain.automation.running import Skip, StepRun
from domain.automation.steps import plan_step
from domain.language import _
from domain.messaging.calls.states import ENDED_RANK, OPEN_STATES, state_of
from domain.messaging.progress import settle_reported, tell
from domain.ports import Missing
from domain.ports.voice import CallReport
from domain.work import Work

# Seconds from one reading to the next: a call takes minutes, and one that hangs is given up after two days.
WAITS = (45, 60, 60, 120, 120, 300, 600, 1_800, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600)
# What was said is worked out after the end, so an ended call without it is read a few times more.
READ_AFTER_END = 3

APPLY = """
update call_logs l set
  state = case when %(rank)s >= l.rank then %(state)s else l.state end,
  status = case when %(rank)s >= l.rank then %(status)s else l.status end,
  reason = case when %(rank)s >= l.rank then %(reason)s else l.reason end,
  history = case when l.status = %(status)s or %(rank)s < l.rank then l.history else l.history || %(entry)s::jsonb end,
  rank = greatest(l.rank, %(rank)s), call_id = coalesce(l.call_id, %(call_id)s),
  duration_seconds = coalesce(%(duration)s, l.duration_seconds), cost_cents = coalesce(%(cost)s, l.cost_cents),
  has_recording = l.has_recording or %(has_recording)s,
  transcript = coalesce(nullif(%(transcript)s, ''), l.transcript), summary = coalesce(nullif(%(summary)s, ''), l.summary),
  extracted = coalesce(%(extracted)s::jsonb, l.extracted),
  started_at = coalesce(l.started_at, %(created_at)s), reported_at = greatest(l.reported_at, %(updated_at)s),
  ended_at = coalesce(l.ended_at, case when %(has_ended)s then coalesce(%(updated_at)s, %(now)s) end),
  read_at = %(now)s, updated_at = %(now)s
  from deliveries d
 where l.delivery_id = %(id)s and d.id = l.delivery_id
   -- Two readings of one call may overtake each other: the older one tells nothing more.
   and (%(rank)s > l.rank or l.reported_at is null or %(updated_at)s::timestamptz is null or %(updated_at)s >= l.reported_at)
returning d.id, d.campaign_id, d.broadcast_id, l.transcript <> '' as is_told
"""
GIVE_UP = """
update call_logs set reason = %(reason)s, updated_at = %(now)s where delivery_id = %(id)s and state = any(%(open)s)
"""


async def plan_reading(
    work: Work, delivery_id: UUID | None, call_id: str, *, number: int = 0, after_end: int = 0, hint: str = ""
) -> None:
    """Plan to read a call: the ``number``-th time after a while, or at once on a ``hint``, once for each."""
    key = f"read_call:{call_id}:{hint or number}"
    due_at = work.now if hint else work.now + timedelta(seconds=WAITS[number])
    payload = {"call_id": call_id, "number": -1 if hint else number, "after_end": after_end}
    await plan_step(work, "read_call", delivery_id, key=key, payload=payload, due_at=due_at)


async def read_call(run: StepRun) -> None:
    """Ask the provider where the step's call stands, write it down, and plan the next reading if there is more to come."""
    call_id = str(run.step.payload["call_id"])
    if await _is_told(run, call_id):
        raise Skip(_("Everything about this call is known."))
    answer = await run.ports.voice.get(call_id)
    async with run.work() as work:
        if isinstance(answer, CallReport):
            # Whose call it is says the call itself, never who pointed to it.
            delivery_id = answer.delivery_id or await _known(work, call_id)
            if delivery_id and not await apply_report(work, delivery_id, answer):
                await _go_on(work, delivery_id, run)
            return
        if delivery_id := await _known(work, call_id):
            await _go_on(work, delivery_id, run)
    raise Skip(_("Bolna does not know this call.") if isinstance(answer, Missing) else answer.reason)


async def apply_report(work: Work, delivery_id: UUID, report: CallReport) -> bool:
    """Write down where a call stands; return whether everything is told. An older report changes nothing."""
    state = state_of(report)
    at = report.updated_at or work.now
    rows = await work.rows(
        APPLY,
        id=delivery_id,
        now=work.now,
        state=state.name,
        rank=state.rank,
        status=report.status,
        reason=report.reason,
        entry={"event": report.status, "at": at.isoformat()} | ({"reason": report.reason} if report.reason else {}),
        call_id=report.call_id,
        duration=report.duration,
        cost=report.cost_cents,
        has_recording=report.has_ended and bool(report.recording_url),
        transcript=report.transcript,
        summary=report.summary,
        extracted=dict(report.extracted) if report.extracted else None,
        created_at=report.created_at,
        updated_at=report.updated_at,
        has_ended=report.has_ended,
    )
    tell(work, rows)
    if rows:
        await settle_reported(work, [delivery_id])
    return report.has_ended and (not report.has_talked or bool(report.transcript))


async def _known(work: Work, call_id: str) -> UUID | None:
    found: UUID | None = await work.value("select delivery_id from call_logs where call_id = %(id)s", id=call_id)
    return found


async def _is_told(run: StepRun, call_id: str) -> bool:
    async with run.work() as work:
        log = await work.row("select state, rank, transcript from call_logs where call_id = %(id)s", id=call_id)
    return log is not None and log.rank >= ENDED_RANK and bool(log.transcript or log.state != "completed")


async def _go_on(work: Work, delivery_id: UUID, run: StepRun) -> None:
    call_id, number = str(run.step.payload["call_id"]), int(run.step.payload["number"])
    after_end = int(run.step.payload["after_end"])
    rank = await work.value("select rank from call_logs where delivery_id = %(id)s", id=delivery_id)
    has_ended = (rank or 0) >= ENDED_RANK
    if number + 1 < len(WAITS) and after_end < READ_AFTER_END:
        await plan_reading(work, delivery_id, call_id, number=number + 1, after_end=after_end + has_ended)
    elif not has_ended:
        reason = _("Bolna never told how this call ended.")
        await work.run(GIVE_UP, id=delivery_id, reason=reason, open=list(OPEN_STATES), now=work.now)
