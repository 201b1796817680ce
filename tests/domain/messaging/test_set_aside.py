"""One event that cannot be applied is set aside and told of; those before and behind it are applied."""

from datetime import UTC, datetime

from domain.messaging.webhooks import Event, store
from domain.work import SYSTEM

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_bad_event_holds_up_no_other(house):
    told = {"call_id": "c-1", "status": "completed"}
    events = [Event("a", "completed", told, NOW), Event("b", "completed", {}, NOW), Event("c", "completed", told, NOW)]
    async with house.database.work(SYSTEM) as work:
        await store(work, "bolna", events)
    await house.run_due()
    async with house.database.work(SYSTEM) as work:
        rows = await work.rows(
            "select event_id, processed_at is not null as done, outcome from webhook_events order by id"
        )
        errors = await work.value("select count(*) from error_logs where component = 'worker: bolna'")
    assert [(row.event_id, row.done, row.outcome) for row in rows] == [
        ("a", True, ""),
        ("b", True, "failed"),
        ("c", True, ""),
    ]
    assert errors == 1
