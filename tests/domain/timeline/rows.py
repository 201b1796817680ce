"""Makes what the tests of the timeline and of steering look at."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.work import Work
from tests.fixtures.cast import ASHA


async def add_rule_step(
    work: Work, state: str = "planned", due_in: timedelta = timedelta(hours=5), **values: Any
) -> UUID:
    """A step of an automation about Asha; ended ones ended a minute ago."""
    is_over = state in ("done", "skipped", "cancelled", "failed")
    facts = {"rule_key": "lead_day_3", "rule_version": 2, "reason": "", "attempt": 0, "retry_at": None} | values
    columns, places = ", ".join(facts), ", ".join(f"%({name})s" for name in facts)
    return await work.value(
        f"insert into automation_steps (kind, person_id, state, dedupe_key, due_at, created_at, finished_at, {columns})"
        f" values ('lead_day_3', %(asha)s, %(state)s, %(key)s, %(due)s, %(now)s, %(ended)s, {places}) returning id",
        asha=ASHA.id,
        state=state,
        key=str(uuid4()),
        due=work.now + due_in,
        now=work.now,
        ended=work.now - timedelta(minutes=1) if is_over else None,
        **facts,
    )


async def add_message(
    work: Work,
    state: str = "pending",
    due_in: timedelta = timedelta(hours=5),
    rule: str | None = "lead_day_3",
    days_ago: float = 0,
    kind: str = "cta",
) -> UUID:
    """An e-mail to Asha, by an automation unless said otherwise."""
    at = work.now - timedelta(days=days_ago)
    return await work.value(
        "insert into deliveries (channel, kind, person_id, to_address, template, idempotency_key, due_at, state,"
        " created_at, sent_at, rule_key, rule_version) values ('email', %(kind)s, %(asha)s, %(to)s, 'cta', %(key)s, %(due)s,"
        " %(state)s, %(at)s, %(sent)s, %(rule)s, 2) returning id",
        asha=ASHA.id,
        to=ASHA.email,
        key=str(uuid4()),
        due=at + due_in,
        state=state,
        at=at,
        sent=at if state == "sent" else None,
        rule=rule,
        kind=kind,
    )
