"""Deliveries as an admin's browser sees them, and what can be done about one."""

import csv
import io
import re
from uuid import UUID

import httpx
import pytest

from domain.messaging.outbox import plan_email
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, WorkAs


async def new_delivery(work_as: WorkAs, state: str = "pending", number: int = 0, log_state: str = "") -> UUID:
    async with work_as(SYSTEM) as work:
        to = f"person{number}@example.test"
        delivery_id = await plan_email(work, kind="welcome", to=to, name=f"Person {number}", key=f"k{number}")
        assert delivery_id is not None
        await work.run(
            "update deliveries set state = %(state)s, attempt = 3, send_id = gen_random_uuid(),"
            " reason = 'The provider said no.' where id = %(id)s",
            state=state,
            id=delivery_id,
        )
        if log_state:
            await work.run(
                "insert into email_logs (delivery_id, to_email, from_email, subject, state, created_at, updated_at)"
                " values (%(id)s, %(to)s, 'us@example.test', 'Welcome, Person', %(state)s, %(now)s, %(now)s)",
                id=delivery_id,
                to=to,
                state=log_state,
                now=work.now,
            )
    return delivery_id


async def state_of(work_as: WorkAs, delivery_id: UUID) -> tuple[str, int, bool]:
    async with work_as(SYSTEM) as work:
        row = await work.row("select state, attempt, send_id from deliveries where id = %(id)s", id=delivery_id)
    assert row is not None
    return row.state, row.attempt, row.send_id is None


async def test_the_list_filters_by_state_kind_and_address(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    await new_delivery(work_as, "failed", 1)
    await new_delivery(work_as, "sent", 2, "bounced")
    assert "2 messages" in (await as_admin.get("/admin/deliveries")).text
    assert "2 e-mails" in (await as_admin.get("/admin/deliveries?channel=email")).text
    for query, name in (
        ("state=failed", "Person 1"),
        ("state=bounced", "Person 2"),
        ("q=person2@example.test", "Person 2"),
    ):
        page = (await as_admin.get(f"/admin/deliveries?channel=email&kind=welcome&{query}")).text
        assert ("1 e-mail<" in page, f">{name}<" in page) == (True, True), query
    assert "Nothing matches" in (await as_admin.get("/admin/deliveries?kind=cta")).text


async def test_one_delivery_says_in_plain_words_where_it_is(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    delivery_id = await new_delivery(work_as, "failed")
    async with work_as(SYSTEM) as work:
        await work.run(
            "insert into webhook_events (provider, event_id, kind, delivery_id, payload, occurred_at)"
            " values ('sendgrid', 'e1', 'bounce', %(id)s, '{\"reason\": \"550 no such user\"}', %(now)s)",
            id=delivery_id,
            now=work.now,
        )
    page = (await as_admin.get(f"/admin/deliveries/{delivery_id}")).text
    assert "It was not sent, and will not be tried again by itself." in page
    assert "The provider said no." in page
    assert "550 no such user" in page


async def test_a_failed_e_mail_gets_a_fresh_attempt_once(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    delivery_id = await new_delivery(work_as, "failed")
    assert (await as_admin.post(f"/admin/deliveries/{delivery_id}/retry")).status_code == 303
    assert await state_of(work_as, delivery_id) == ("pending", 0, True)
    assert (await as_admin.post(f"/admin/deliveries/{delivery_id}/retry")).status_code == 409


async def test_an_unknown_e_mail_is_sent_again_only_after_a_warning(
    as_admin: httpx.AsyncClient, work_as: WorkAs
) -> None:
    delivery_id = await new_delivery(work_as, "unknown")
    page = (await as_admin.get(f"/admin/deliveries/{delivery_id}")).text
    assert "may put it into their inbox twice" in page
    assert 'data-confirm="They may get this e-mail twice. Send it anyway?"' in page
    await as_admin.post(f"/admin/deliveries/{delivery_id}/another")
    assert await state_of(work_as, delivery_id) == ("pending", 0, True)


async def test_looking_an_unknown_e_mail_up_sends_nothing(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    delivery_id = await new_delivery(work_as, "unknown")
    await as_admin.post(f"/admin/deliveries/{delivery_id}/lookup")
    async with work_as(SYSTEM) as work:
        due = await work.value("select leased_until < now() from deliveries where id = %(id)s", id=delivery_id)
    assert (due, await state_of(work_as, delivery_id)) == (True, ("unknown", 3, False))


async def test_what_waits_can_be_cancelled_and_says_by_whom(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    delivery_id = await new_delivery(work_as, "retry")
    await as_admin.post(f"/admin/deliveries/{delivery_id}/cancellation")
    assert "Cancelled by Ben Thomas." in (await as_admin.get(f"/admin/deliveries/{delivery_id}")).text


@pytest.mark.parametrize(
    ("state", "act"),
    [("sent", "retry"), ("sending", "cancellation"), ("sent", "another"), ("failed", "lookup"), ("failed", "another")],
)
async def test_no_act_moves_a_state_it_was_not_meant_for(
    as_admin: httpx.AsyncClient, work_as: WorkAs, state: str, act: str
) -> None:
    delivery_id = await new_delivery(work_as, state)
    assert (await as_admin.post(f"/admin/deliveries/{delivery_id}/{act}")).status_code == 409
    assert (await state_of(work_as, delivery_id))[0] == state


async def test_each_act_is_audited(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    for number, (state, act) in enumerate(
        [("failed", "retry"), ("unknown", "lookup"), ("unknown", "another"), ("pending", "cancellation")]
    ):
        delivery_id = await new_delivery(work_as, state, number)
        await as_admin.post(f"/admin/deliveries/{delivery_id}/{act}")
    async with work_as(SYSTEM) as work:
        rows = await work.rows("select action from audit_logs where subject_type = 'delivery' order by at, sequence")
    assert [row.action for row in rows] == [
        "delivery.retried", "delivery.looked_up", "delivery.sent_anyway", "delivery.cancelled",
    ]  # fmt: skip


async def test_students_see_no_delivery_not_even_their_own(as_student: httpx.AsyncClient, work_as: WorkAs) -> None:
    delivery_id = await new_delivery(work_as)
    assert (await as_student.get(f"/admin/deliveries/{delivery_id}")).status_code == 403
    async with work_as(ASHA.identity) as work:
        assert await work.rows("select id from deliveries") == []


async def test_the_last_day_there_is_breaks_no_list(as_admin):
    for path in ("/admin/deliveries", "/admin/leads"):
        assert (await as_admin.get(path, params={"until": "9999-12-31"})).status_code == 200


async def test_the_list_is_sorted_and_what_was_opened_is_found(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    for number, state in ((2, "delivered"), (1, "opened"), (3, "clicked")):
        await new_delivery(work_as, "sent", number, state)

    async def order(query: str) -> list[str]:
        page = (await as_admin.get(f"/admin/deliveries?{query}")).text
        return re.findall(r">Person (\d)<", page)

    assert await order("sort=to") == ["1", "2", "3"]
    assert await order("sort=-to") == ["3", "2", "1"]
    assert await order("sort=at") == list(reversed(await order("sort=-at")))
    assert await order("") == await order("sort=nonsense") == await order("sort=-at")
    for state, number in (("delivered", "2"), ("opened", "1"), ("clicked", "3")):
        assert await order(f"channel=email&state={state}") == [number], state
        assert await order(f"state={state}") == [number], state
    assert await order("channel=whatsapp&state=delivered") == []


async def test_the_csv_is_what_the_list_shows_and_runs_nothing(as_admin: httpx.AsyncClient, work_as: WorkAs) -> None:
    for number, state in ((2, "opened"), (1, "opened"), (3, "bounced")):
        await new_delivery(work_as, "sent", number, state)
    async with work_as(SYSTEM) as work:
        await work.run("update deliveries set to_name = '=1+1' where to_address = 'person2@example.test'")
    page = (await as_admin.get("/admin/deliveries?channel=email&state=opened&sort=to")).text
    assert "/admin/deliveries/export?channel=email&amp;state=opened&amp;sort=to" in page
    answer = await as_admin.get("/admin/deliveries/export?channel=email&state=opened&sort=to")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Name"], row["State"], row["Reported"]) for row in rows] == [
        ("Person 1", "sent", "opened"),
        ("'=1+1", "sent", "opened"),
    ]
    assert rows[0]["Message"] == "Welcome, Person"
    async with work_as(SYSTEM) as work:
        details = await work.value("select details from audit_logs where action = 'deliveries.exported'")
    assert details["count"] == 2
