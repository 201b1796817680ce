"""Preparing a call: who is called, by which agent, and what the agent is told; and beginning its log."""

from domain.ports.voice import Call
from domain.work import Row, Work

LOG = """
insert into call_logs (delivery_id, person_id, to_phone, agent_id, user_data, created_at, updated_at)
values (%(id)s, %(person_id)s, %(phone)s, %(agent_id)s, %(user_data)s, %(now)s, %(now)s)
on conflict (delivery_id) do update set to_phone = excluded.to_phone, agent_id = excluded.agent_id,
  user_data = excluded.user_data, call_id = null, status = '',
  state = 'sending', rank = 0, reason = '', duration_seconds = null, has_recording = false, transcript = '', summary = '',
  extracted = null, cost_cents = null, started_at = null, ended_at = null, reported_at = null, read_at = null,
  created_at = excluded.created_at, updated_at = excluded.updated_at
"""


async def prepare_call(work: Work, row: Row) -> Call:
    """Make the call of one claimed delivery and begin its log."""
    data = {name: str(value) for name, value in row.params.items()}
    if row.to_name:
        data.setdefault("name", row.to_name)
    await work.run(
        LOG,
        id=row.id,
        person_id=row.person_id,
        phone=row.to_address,
        agent_id=row.template,
        user_data=data,
        now=work.now,
    )
    return Call(delivery_id=row.id, to_number=row.to_address, user_data=data, agent_id=row.template)
