"""The demo: a believable course business to look around in, loaded and removed as a whole."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from adapters.bootstrap import open_redis
from adapters.demo.business import make_business
from adapters.demo.films import keep_films, name_films
from adapters.files.disk import DiskFileStore
from adapters.passwords import Argon2PasswordHasher
from adapters.postgres.addresses import app_url
from adapters.postgres.database import Database
from adapters.redis.live import RedisLiveSignals
from adapters.settings import Settings
from domain.audit import record
from domain.automation.planning import plan_rule
from domain.automation.rule_states import read_states
from domain.demo import begin_demo, remove_demo
from domain.ports import FileStore, PasswordHasher
from domain.work import SYSTEM, Work

PASSWORD = "gurudesk-demo"

# Parents before children.
ORDER = (
    "lead_imports", "lead_import_rows", "people", "profiles", "courses", "modules", "batches", "imported_leads",
    "lead_sequences", "lead_campaigns", "cta_submissions", "enrolments", "payments", "payment_requests",
    "gateway_payments", "refunds", "broadcasts", "broadcast_recipients", "sessions", "session_stays", "attendance",
    "session_feedback", "recordings", "recording_cues", "recording_views", "automation_steps", "deliveries",
    "reminders", "email_logs", "whatsapp_logs", "call_logs", "email_suppressions", "crm_messages", "assignments",
    "submissions", "notifications", "audit_logs",
)  # fmt: skip
# Imports name who made them, people the import that brought them: the makers are filled in afterwards.
MAKERS = """
update lead_imports i set created_by = m.created_by
  from jsonb_to_recordset(%(rows)s::jsonb) as m (id uuid, created_by uuid) where i.id = m.id
"""
# What had been taken back is planned anew with all the rest, though they have paid.
CANCELLED = """
update automation_steps s set state = 'cancelled', reason = c.reason, finished_at = c.finished_at
  from jsonb_to_recordset(%(rows)s::jsonb) as c (id uuid, state text, reason text, finished_at timestamptz)
 where s.id = c.id and c.state = 'cancelled' and s.state = 'planned'
"""
TAKEN = """
select email from people where email is not null union all select phone from people where phone is not null
union all select slug from courses
"""


def load(settings: Settings) -> bool:
    """Load the demo, ending at the database's present; say whether it was. With a demo there already, change nothing."""
    files = DiskFileStore(settings.data_dir / "files")
    return asyncio.run(_with_work(settings, lambda work: load_demo(work, Argon2PasswordHasher(), files)))


def remove(settings: Settings) -> bool:
    """Remove what belongs to the demo and nothing else; say whether there was one."""
    return asyncio.run(_with_work(settings, _remove))


async def _remove(work: Work) -> bool:
    if removed := await remove_demo(work):
        await record(work, "demo.removed")
    return removed


async def load_demo(work: Work, hasher: PasswordHasher, files: FileStore) -> bool:
    """Write the demo in this transaction, and the films of its recordings to ``files``; False when it is there already."""
    if not await begin_demo(work):
        return False
    taken = {row[0] for row in await work.rows(TAKEN)}
    tables = make_business(work.now, await hasher.hash(PASSWORD), taken)
    name_films(tables["recordings"])
    for table in ORDER:
        rows = tables[table]
        if table == "lead_imports":
            rows = [row | {"created_by": None} for row in rows]
        await _insert(work, table, rows)
    await work.run(MAKERS, rows=_as_json(tables["lead_imports"]))
    await work.run("select fold_lead_counts()")
    for state in (await read_states(work)).values():
        if state.is_on:
            await plan_rule(work, state, None)  # what is ahead of what the demo says has been done
    await work.run(CANCELLED, rows=_as_json(tables["automation_steps"]))
    await keep_films(files, tables["recordings"])
    return True


async def _insert(work: Work, table: str, rows: list[dict[str, object]]) -> None:
    columns = ", ".join(rows[0])
    await work.run(
        f"insert into {table} ({columns}) select {columns} from jsonb_populate_recordset(null::{table}, %(rows)s::jsonb)",
        rows=_as_json(rows),
    )


def _as_json(rows: list[dict[str, object]]) -> str:
    return json.dumps(rows, default=str)


async def _with_work(settings: Settings, use: Callable[[Work], Awaitable[bool]]) -> bool:
    redis = open_redis(settings)
    database = Database(app_url(settings), RedisLiveSignals(redis), pool=1)
    try:
        async with database.work(SYSTEM) as work:
            return await use(work)
    finally:
        await database.close()
        await redis.aclose()
