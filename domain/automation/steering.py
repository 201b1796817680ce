"""What an admin may do to what is planned for one person. Each act is guarded by the state it was seen in, so that of two
presses, or of a press and the worker, one is first."""

from collections.abc import Sequence
from uuid import UUID

from domain import audit
from domain.automation.planning import IN_ORDER, plan_rules
from domain.automation.rules import RULES
from domain.dashboard.kinds import step_name
from domain.errors import Conflict, DomainError, NotFound
from domain.language import _, ngettext
from domain.messaging.progress import tell
from domain.work import Work

ACTED = "returning t.kind, t.rule_key, t.person_id, (select name from people where id = t.person_id) as name"
SKIP = f"""
update automation_steps t set state = 'skipped', reason = %(reason)s, finished_at = %(now)s, retry_at = null
 where id = %(id)s and state = 'planned' and rule_key is not null {ACTED}
"""
SEND_NOW = f"""
update automation_steps t set due_at = %(now)s, retry_at = null, put_off_from = null
 where id = %(id)s and state = 'planned' and (due_at > %(now)s or retry_at is not null) {ACTED}
"""
VERSION_NOW = "coalesce((select r.version from automation_rules r where r.key = t.rule_key), 1)"
# What is no automation's skipped itself for good: trying that again would come to the same. A rule does it as it is now.
RETRY = f"""
update automation_steps t set state = 'planned', attempt = 0, due_at = %(now)s, retry_at = null, put_off_from = null,
       reason = '', finished_at = null,
       rule_version = case when t.rule_key is not null then {VERSION_NOW} end
 where id = %(id)s and (state = 'failed' or (state = 'skipped' and rule_key is not null)) and (rule_key is null or not exists (
   select from people where people.id = t.person_id and automations_stopped_at is not null)) {ACTED}
"""
RETRY_ALL = RETRY.replace("id = %(id)s and (", "id = any(%(ids)s) and (", 1)
STOPPED = """
select h.automations_stopped_at is not null and t.rule_key is not null and t.state in ('failed', 'skipped') as is_stopped
from automation_steps t left join people h on h.id = t.person_id where t.id = %(id)s
"""
STOP = """
update people set automations_stopped_at = %(now)s where id = %(id)s and automations_stopped_at is null
returning coalesce(nullif(name, ''), email, phone) as name
"""
GO_ON = """
update people set automations_stopped_at = null where id = %(id)s and automations_stopped_at is not null
returning coalesce(nullif(name, ''), email, phone) as name
"""
CANCEL_STEPS = f"""
with held as (
  select id from automation_steps where person_id = %(id)s and state = 'planned' and rule_key is not null
   order by dedupe_key {IN_ORDER} for update
)
update automation_steps set state = 'cancelled', reason = %(reason)s, finished_at = %(now)s, retry_at = null
where id in (select id from held)
"""
CANCEL_DELIVERIES = """
with held as (
  select id from deliveries where person_id = %(id)s and state in ('pending', 'retry') and rule_key is not null
   order by id for update
)
update deliveries set state = 'cancelled', reason = %(reason)s, retry_at = null where id in (select id from held)
returning id, campaign_id, broadcast_id
"""


async def skip_step(work: Work, step_id: UUID) -> None:
    """Leave out what an automation has planned. Raises Conflict when it is done, under way, or no automation's."""
    await _act(work, SKIP, step_id, "step.skipped", reason=_("Skipped by {name}.", name=_me(work)))


async def run_step_now(work: Work, step_id: UUID) -> None:
    """Let what is planned for later, or waits to be tried again, be done now. Raises Conflict when it is no longer so."""
    await _act(work, SEND_NOW, step_id, "step.hurried")
    work.nudge()


async def retry_step(work: Work, step_id: UUID) -> None:
    """Plan again what failed or was skipped. Raises Conflict when somebody was first, or the person's automations are stopped."""
    await _act(work, RETRY, step_id, "step.retried")
    work.nudge()


async def retry_steps(work: Work, step_ids: Sequence[UUID], reason: str) -> int:
    """Plan again those of these steps that have failed; return how many. Whose automations are stopped is left out."""
    again = await work.rows(RETRY_ALL, ids=list(step_ids), now=work.now)
    if again:
        await audit.record(work, "steps.retried", "step", None, reason, count=len(again))
        work.signal("steps")
        work.nudge()
    return len(again)


async def stop_automations(work: Work, person_id: UUID) -> str:
    """Let automations do nothing more for a person, and cancel what they have planned; return what was cancelled, in words.

    What is on its way already arrives. Raises Conflict when they are stopped already.
    """
    work.require_admin()
    person = await work.row(STOP, id=person_id, now=work.now)
    if person is None:
        raise Conflict(_("Automations are stopped for this person already."))
    reason = _("Automations were stopped for this person by {name}.", name=_me(work))
    steps = await work.run(CANCEL_STEPS, id=person_id, reason=reason, now=work.now)
    messages = await work.rows(CANCEL_DELIVERIES, id=person_id, reason=reason)
    tell(work, messages)
    counted = {"steps": steps, "messages": len(messages)}
    await audit.record(work, "person.automations_stopped", "person", person_id, person.name, **counted)
    _tell(work, person_id)
    planned = ngettext("{count} planned step was cancelled", "{count} planned steps were cancelled", steps)
    waiting = ngettext("{count} waiting message", "{count} waiting messages", len(messages))
    return _("{planned}, and {waiting}.", planned=planned, waiting=waiting)


async def let_automations_go_on(work: Work, person_id: UUID) -> None:
    """Let automations act for a person again. What was cancelled stays so, but for what comes again each year.

    Raises Conflict when they are not stopped.
    """
    work.require_admin()
    person = await work.row(GO_ON, id=person_id)
    if person is None:
        raise Conflict(_("Automations are not stopped for this person."))
    await plan_rules(work, [rule.key for rule in RULES.values() if rule.recurs], "person_id", [person_id])
    await audit.record(work, "person.automations_resumed", "person", person_id, person.name)
    _tell(work, person_id)


async def _act(work: Work, statement: str, step_id: UUID, action: str, **values: str) -> None:
    work.require_admin()
    step = await work.row(statement, id=step_id, now=work.now, **values)
    if step is None:
        raise await _why_not(work, step_id)
    what = step_name(step.rule_key or step.kind)
    subject_type, subject_id = ("person", step.person_id) if step.person_id else ("step", step_id)
    await audit.record(work, action, subject_type, subject_id, step.name or what, what=what)
    _tell(work, step.person_id)


async def _why_not(work: Work, step_id: UUID) -> DomainError:
    step = await work.row(STOPPED, id=step_id)
    if step is None:
        return NotFound(_("There is no such step."))
    if step.is_stopped:
        return Conflict(_("Automations are stopped for this person. Let them go on first."))
    return Conflict(_("This has moved on meanwhile. Look at it again."))


def _tell(work: Work, person_id: UUID | None) -> None:
    work.signal("steps")
    if person_id:
        work.signal(f"person:{person_id}")


def _me(work: Work) -> str:
    return work.identity.name or work.identity.email
