"""Confirming a broadcast, writing its deliveries, and what can be done with it afterwards."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.automation.running import Skip
from domain.broadcasts.broadcast import Audience, Message, find_broadcast
from domain.broadcasts.drafting import create_draft, deselect, write_message
from domain.broadcasts.planning import plan_chunk
from domain.broadcasts.progress import count_progress, list_broadcasts, list_results
from domain.broadcasts.sent import end_broadcasts
from domain.broadcasts.starting import CountChanged, cancel_broadcast, confirm_broadcast, retry_failed, take_back
from domain.errors import Conflict, InvalidInput
from domain.messaging.interventions import retry_delivery
from domain.messaging.suppressions import suppress
from domain.work import Work
from tests.fixtures.cast import ASHA, CHITRA

LETTER = Message(subject="Hello {{first_name}}", body="Class moves to 7 pm.")


async def written(work: Work, channel: str = "email", message: Message = LETTER) -> UUID:
    """Write a draft to all students, which are two."""
    broadcast_id = await create_draft(work, uuid4(), "News", channel, Audience(), is_marketing=False)  # type: ignore[arg-type]
    await write_message(work, broadcast_id, message)
    return broadcast_id


async def deliveries(work: Work) -> list[tuple[str, dict[str, str]]]:
    rows = await work.rows("select to_address, params from deliveries order by to_address")
    return [(row.to_address, row.params) for row in rows]


async def test_each_recipient_gets_one_delivery_with_their_own_values(work: Work) -> None:
    broadcast_id = await written(work)
    await confirm_broadcast(work, broadcast_id, 2)
    while await plan_chunk(work, broadcast_id, size=1):
        pass
    assert await deliveries(work) == [(ASHA.email, {"first_name": "Asha"}), (CHITRA.email, {"first_name": "Chitra"})]
    progress = await count_progress(work, await find_broadcast(work, broadcast_id))
    assert (progress.counts.written, progress.waiting) == (2, 2)


async def test_a_call_carries_what_the_agent_says(work: Work) -> None:
    broadcast_id = await written(work, "call", Message(body="Hello {{first_name}}, we moved."))
    await confirm_broadcast(work, broadcast_id, 2)
    await plan_chunk(work, broadcast_id)
    (to, params), _other = await deliveries(work)
    assert (to, params) == (ASHA.phone, {"name": ASHA.name, "message": "Hello Asha, we moved."})


async def test_a_whatsapp_message_carries_its_template_filled(work: Work) -> None:
    template = await work.value("select id from whatsapp_templates where campaign = 'announcement'")
    message = Message(whatsapp_template_id=template, params=("{{first_name}}", "Gurudesk", "No class in {{city}}"))
    broadcast_id = await written(work, "whatsapp", message)
    await confirm_broadcast(work, broadcast_id, 2)
    await plan_chunk(work, broadcast_id)
    row = await work.row("select template, params from deliveries where to_address = %(phone)s", phone=ASHA.phone)
    assert row is not None
    assert row.template == "announcement"
    assert row.params == {"params": ["Asha", "Gurudesk", "No class in"]}


async def test_who_opts_out_between_confirming_and_sending_gets_nothing_and_is_listed(work: Work) -> None:
    broadcast_id = await written(work)
    await confirm_broadcast(work, broadcast_id, 2)
    await suppress(work, ASHA.email, "bounced")
    await plan_chunk(work, broadcast_id)
    assert [to for to, _params in await deliveries(work)] == [CHITRA.email]
    results = {row.name: row.result for row in (await list_results(work, broadcast_id)).rows}
    assert results == {ASHA.name: "bounced", CHITRA.name: "waiting"}


async def test_whoever_was_taken_off_is_listed_with_the_reason(work: Work) -> None:
    broadcast_id = await written(work)
    await deselect(work, broadcast_id, [ASHA.id])
    await confirm_broadcast(work, broadcast_id, 1)
    progress = await count_progress(work, await find_broadcast(work, broadcast_id))
    assert progress.left_out == {"deselected": 1}
    assert [row.name for row in (await list_results(work, broadcast_id, which="deselected")).rows] == [ASHA.name]


async def test_another_count_than_the_one_seen_sends_nothing(work: Work) -> None:
    broadcast_id = await written(work)
    with pytest.raises(CountChanged, match="2 people now and not to 5"):
        await confirm_broadcast(work, broadcast_id, 5)
    assert (await find_broadcast(work, broadcast_id)).is_draft


async def test_nothing_leaves_without_a_message_or_in_the_past(work: Work) -> None:
    empty = await create_draft(work, uuid4(), "News", "email", Audience(), is_marketing=False)
    with pytest.raises(InvalidInput, match="Write the message"):
        await confirm_broadcast(work, empty, 2)
    with pytest.raises(InvalidInput) as refused:
        await confirm_broadcast(work, await written(work), 2, work.now - timedelta(minutes=1))
    assert "send_at" in refused.value.fields


async def test_a_scheduled_one_waits_and_can_be_taken_back(work: Work) -> None:
    broadcast_id = await written(work)
    await deselect(work, broadcast_id, [ASHA.id])
    at = work.now + timedelta(days=1)
    await confirm_broadcast(work, broadcast_id, 1, at)
    step = await work.row(
        "select due_at, state, subject_version from automation_steps where subject_id = %(id)s", id=broadcast_id
    )
    assert step is not None
    assert (step.due_at, step.state) == (at, "planned")
    await take_back(work, broadcast_id)
    draft = await find_broadcast(work, broadcast_id)
    assert draft.is_draft
    assert draft.deselected == (ASHA.id,)
    with pytest.raises(Skip):
        await plan_chunk(work, broadcast_id, version=step.subject_version)
    await confirm_broadcast(work, broadcast_id, 1)  # and sent after all
    assert not await plan_chunk(work, broadcast_id)


async def test_cancelling_counts_what_was_not_written_yet(work: Work) -> None:
    broadcast_id = await written(work)
    await confirm_broadcast(work, broadcast_id, 2)
    await plan_chunk(work, broadcast_id, size=1)
    assert await cancel_broadcast(work, broadcast_id) == 2
    with pytest.raises(Conflict):
        await cancel_broadcast(work, broadcast_id)
    with pytest.raises(Skip):
        await plan_chunk(work, broadcast_id)
    assert await work.value("select array_agg(distinct state) from deliveries") == ["cancelled"]


async def test_the_failed_are_sent_again_and_the_rest_is_left_alone(work: Work) -> None:
    broadcast_id = await written(work)
    await confirm_broadcast(work, broadcast_id, 2)
    await plan_chunk(work, broadcast_id)
    await work.run("update deliveries set state = 'sent' where to_address = %(to)s", to=ASHA.email)
    await work.run("update deliveries set state = 'failed' where to_address = %(to)s", to=CHITRA.email)
    await end_broadcasts(work, [broadcast_id])
    assert (await find_broadcast(work, broadcast_id)).state == "done"
    assert await retry_failed(work, broadcast_id) == 1
    assert (await find_broadcast(work, broadcast_id)).state == "sending"
    with pytest.raises(Conflict):
        await retry_failed(work, broadcast_id)


@pytest.mark.parametrize(("channel", "state"), [("email", "sending"), ("call", "sending"), ("whatsapp", "done")])
async def test_it_is_not_over_while_one_in_doubt_may_have_to_leave_again(work: Work, channel: str, state: str) -> None:
    broadcast_id = await written(work, "email")
    await confirm_broadcast(work, broadcast_id, 2)
    await plan_chunk(work, broadcast_id)
    await work.run("update deliveries set state = 'unknown', channel = %(channel)s", channel=channel)
    await end_broadcasts(work, [broadcast_id])
    assert (await find_broadcast(work, broadcast_id)).state == state
    if state == "sending":  # the provider says that they never came
        await work.run("update deliveries set state = 'retry'")
        assert await cancel_broadcast(work, broadcast_id) == 2


async def test_one_that_is_sent_again_by_hand_opens_its_broadcast_again(work: Work) -> None:
    broadcast_id = await written(work)
    await confirm_broadcast(work, broadcast_id, 2)
    await plan_chunk(work, broadcast_id)
    await work.run("update deliveries set state = 'failed'")
    await end_broadcasts(work, [broadcast_id])
    assert (await find_broadcast(work, broadcast_id)).state == "done"
    await retry_delivery(work, await work.value("select id from deliveries where to_address = %(to)s", to=ASHA.email))
    assert (await find_broadcast(work, broadcast_id)).state == "sending"
    assert await cancel_broadcast(work, broadcast_id) == 1


async def test_what_was_taken_and_did_not_arrive_is_sent_again_but_to_no_dead_number(work: Work) -> None:
    broadcast_id = await written(work, "call", Message(body="Hello {{first_name}}."))
    await confirm_broadcast(work, broadcast_id, 2)
    await plan_chunk(work, broadcast_id)
    await work.run("update deliveries set state = 'sent'")
    await work.run(
        "insert into call_logs (delivery_id, to_phone, state, created_at, updated_at)"
        " select id, to_address, 'no_answer', %(now)s, %(now)s from deliveries",
        now=work.now,
    )
    await work.run(
        "insert into phone_suppressions (phone, channel, reason, created_at) values (%(phone)s, 'all', 'invalid', %(now)s)",
        phone=ASHA.phone,
        now=work.now,
    )
    assert (await count_progress(work, await find_broadcast(work, broadcast_id))).counts.again == 1
    assert await retry_failed(work, broadcast_id) == 1
    assert await work.value("select to_address from deliveries where state = 'pending'") == CHITRA.phone


async def test_the_list_counts_what_was_sent(work: Work) -> None:
    broadcast_id = await written(work)
    await confirm_broadcast(work, broadcast_id, 2)
    await plan_chunk(work, broadcast_id)
    await work.run("update deliveries set state = 'sent' where to_address = %(to)s", to=ASHA.email)
    found = await list_broadcasts(work)
    assert (found.total, found.rows[0].sent, found.rows[0].waiting) == (1, 1, 1)
    assert (await list_broadcasts(work, "draft")).total == 0


@pytest.mark.parametrize(
    ("at", "since", "until", "leaves"),
    [
        ("2026-11-28T08:00", "21:00", "09:00", "2026-11-28T09:00"),
        ("2026-11-28T22:30", "21:00", "09:00", "2026-11-29T09:00"),
        ("2026-11-28T12:00", "21:00", "09:00", "2026-11-28T12:00"),
        ("2026-11-28T09:00", "21:00", "09:00", "2026-11-28T09:00"),
        ("2026-11-28T13:30", "13:00", "14:00", "2026-11-28T14:00"),
        ("2026-11-28T14:00", "13:00", "14:00", "2026-11-28T14:00"),
        ("2026-11-28T13:30", None, None, "2026-11-28T13:30"),
    ],
)
async def test_quiet_hours_end_where_the_person_is(
    work: Work, at: str, since: str | None, until: str | None, leaves: str
) -> None:
    for zone, ahead in (("Asia/Kolkata", 5.5), ("America/New_York", -5)):
        here = timedelta(hours=ahead)
        moment = await work.value(
            "select after_quiet_hours(%(at)s, %(zone)s, %(since)s::time, %(until)s::time)",
            at=datetime.fromisoformat(at).replace(tzinfo=UTC) - here,
            zone=zone,
            since=since,
            until=until,
        )
        assert moment + here == datetime.fromisoformat(leaves).replace(tzinfo=UTC)


async def test_what_would_leave_at_night_waits_for_the_morning(work: Work) -> None:
    await work.run('update business_settings set value = \'{"email": ["00:00", "23:59"]}\' where key = \'quiet_hours\'')
    broadcast_id = await written(work)
    await confirm_broadcast(work, broadcast_id, 2)
    await plan_chunk(work, broadcast_id)
    local = await work.value("select min((due_at at time zone 'Asia/Kolkata')::time)::text from deliveries")
    assert local == "23:59:00"
