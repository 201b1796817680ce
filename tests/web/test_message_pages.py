"""WhatsApp messages, calls and answers as an admin's browser sees them."""

import re
from contextlib import asynccontextmanager
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest

from bench.round_trips import counted
from domain.messaging.outbox import plan_call, plan_email, plan_whatsapp
from domain.messaging.whatsapp.conversation import mark_conversation_read
from domain.messaging.whatsapp.suppressing import suppress_phone
from domain.messaging.whatsapp.texting import WINDOW
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, sign_in_as
from tests.fixtures.house import until

PHONE = ASHA.phone
WROTE = """
insert into crm_messages (person_id, channel, direction, provider_message_id, from_address, body, occurred_at, created_at)
values (%(person)s, 'whatsapp', 'in', %(id)s, %(phone)s, %(body)s, %(at)s, %(at)s)
"""


async def wrote(work_as, body, ago=None):
    async with work_as(SYSTEM) as work:
        at = work.now - ago if ago else work.now
        await work.run(WROTE, person=ASHA.id, id=body, phone=PHONE, body=body, at=at)


async def plan(work_as, channel="whatsapp", key="1", **more):
    async with work_as(SYSTEM) as work:
        if channel == "call":
            return await plan_call(work, kind="single", to=PHONE, name="Asha Rao", key=key, person_id=ASHA.id)
        params = ("Asha", "Gurudesk", "we moved")
        return await plan_whatsapp(
            work, kind="single", to=PHONE, name="Asha Rao", template="announcement", params=params, key=key, **more
        )


async def test_each_channel_has_its_tab_and_its_states(as_admin, work_as):
    await plan(work_as)
    await plan(work_as, "call", "2")
    assert "2 messages" in (await as_admin.get("/admin/deliveries")).text
    page = (await as_admin.get("/admin/deliveries?channel=whatsapp")).text
    assert "1 WhatsApp message<" in page
    assert "Did not arrive" in page
    calls = (await as_admin.get("/admin/deliveries?channel=call")).text
    assert "1 call<" in calls
    assert "No answer" in calls
    assert "Nothing matches" in (await as_admin.get("/admin/deliveries?channel=call&state=no_answer")).text
    assert "1 WhatsApp message<" in (await as_admin.get(f"/admin/deliveries?channel=whatsapp&q={PHONE[1:]}")).text


@pytest.mark.parametrize(
    "query", ["", "?channel=whatsapp&state=read", "?channel=call&state=busy", "?state=undelivered&q=a"]
)
async def test_the_list_costs_three_round_trips_whatever_is_asked(app, as_admin, work_as, query):
    await plan(work_as)
    async with counted(app) as database:
        assert (await as_admin.get(f"/admin/deliveries{query}")).status_code == 200
        assert database.round_trips == 3


async def test_a_message_that_waits_reads_as_its_template_stands(as_admin, work_as):
    delivery_id = await plan(work_as)
    page = (await as_admin.get(f"/admin/deliveries/{delivery_id}")).text
    assert "Hi Asha, a word from Gurudesk: we moved" in page
    assert "Cancel it" in page


async def test_a_parked_message_says_that_nobody_can_be_asked_and_offers_no_look_up(as_admin, work_as):
    delivery_id = await plan(work_as)
    async with work_as(SYSTEM) as work:
        await work.run("update deliveries set state = 'unknown', send_id = gen_random_uuid()")
    page = (await as_admin.get(f"/admin/deliveries/{delivery_id}")).text
    assert "AiSensy cannot be asked" in page
    assert "Look it up again" not in page
    assert (await as_admin.post(f"/admin/deliveries/{delivery_id}/lookup")).status_code == 409


async def test_an_email_is_shown_as_it_reads_with_its_secrets_hidden(as_admin, work_as):
    params = {
        "first_name": "Asha",
        "course_title": "UX",
        "batch_name": "B1",
        "batch_dates": "",
        "sign_in_email": "a@x.test",
    }
    async with work_as(SYSTEM) as work:
        delivery_id = await plan_email(
            work, kind="welcome", to=ASHA.email, name="Asha", key="w", params=params, person_id=ASHA.id
        )
    answer = await as_admin.get(f"/admin/deliveries/{delivery_id}/message")
    assert answer.status_code == 200
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "••••••••" in answer.text
    assert "UX" in answer.text


async def test_a_call_is_heard_and_read_and_its_sound_kept_by_us(house, cast):
    async with house.database.work(SYSTEM) as work:
        delivery_id = await plan_call(
            work, kind="single", to=PHONE, name="Asha Rao", key="c", user_data={"course": "UX"}, person_id=ASHA.id
        )

    async def talked():
        await house.run_due()
        async with house.database.work(SYSTEM) as work:
            return await work.value("select transcript <> '' from call_logs")

    await until(talked)
    async with browser(house) as client:
        page = (await client.get(f"/admin/deliveries/{delivery_id}")).text
        assert "<audio" in page
        assert "Agent</span>" in page
        address = f"/admin/deliveries/{delivery_id}/recording"
        first = await client.get(address, headers={"range": "bytes=0-9"})
        assert (first.status_code, len(first.content)) == (206, 10)
        assert re.fullmatch(r"bytes 0-9/\d+", first.headers["content-range"])
        whole = await client.get(address)
        assert whole.headers["content-type"].startswith("audio/")
        assert whole.content[:10] == first.content
        assert (await client.get(address, headers={"range": "bytes=99999999-"})).status_code == 416
    asked = (await house.sandbox.get("/journal.json", params={"provider": "bolna"})).json()
    assert sum("/recordings/" in entry["path"] for entry in asked) == 1


@asynccontextmanager
async def browser(house):
    transport = httpx.ASGITransport(house.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=house.settings.base_url) as client:
        await sign_in_as(client, house.app, BEN)
        yield client


async def test_what_they_wrote_can_be_answered_within_a_day_once_for_each_press(as_admin, work_as):
    await wrote(work_as, "When does it start?")
    replies = (await as_admin.get("/admin/messages?channel=whatsapp")).text
    assert "When does it start?" in replies
    assert f'href="/admin/whatsapp/{PHONE.replace("+", "%2B")}"' in replies
    page = (await as_admin.get(f"/admin/whatsapp/{PHONE}")).text
    assert "Asha Rao" in page
    typed = {"text": "At six.", "form_token": str(uuid4())}
    for _press in range(2):
        assert (await as_admin.post(f"/admin/whatsapp/{PHONE}/replies", data=typed)).status_code == 303
    async with work_as(SYSTEM) as work:
        planned = await work.rows("select to_address, params from deliveries")
        unread = await work.value("select count(*) from crm_messages where not is_read")
    assert [(row.to_address, row.params) for row in planned] == [(PHONE, {"text": "At six."})]
    assert unread == 0
    assert "At six." in (await as_admin.get(f"/admin/whatsapp/{PHONE}")).text


async def test_opening_a_conversation_reads_its_messages_in_the_name_of_the_first_who_looks(
    as_admin, as_owner, work_as
):
    await wrote(work_as, "When does it start?")
    await as_admin.get(f"/admin/whatsapp/{PHONE}")
    await as_owner.get(f"/admin/whatsapp/{PHONE}")
    async with work_as(SYSTEM) as work:
        row = await work.row("select is_read, read_by, read_at is not null as has_time from crm_messages")
    assert (row.is_read, row.read_by, row.has_time) == (True, BEN.id, True)
    assert "Nothing unread" in (await as_admin.get("/admin/messages?show=unread")).text


async def test_reading_a_conversation_tells_open_lists_of_messages_once(work_as, cast):
    await wrote(work_as, "When does it start?")
    async with work_as(BEN.identity) as work:
        await mark_conversation_read(work, PHONE)
        assert [signal.topic for signal in work.signals] == ["messages"]
    async with work_as(BEN.identity) as work:
        await mark_conversation_read(work, PHONE)
        assert not work.signals


async def test_after_a_day_there_is_nothing_to_type_into_and_a_late_answer_is_refused_in_words(as_admin, work_as):
    await wrote(work_as, "Hello?", ago=WINDOW)
    page = (await as_admin.get(f"/admin/whatsapp/{PHONE}")).text
    assert "takes templates only" in page
    typed = {"text": "Too late", "form_token": str(uuid4())}
    answer = await as_admin.post(f"/admin/whatsapp/{PHONE}/replies", data=typed)
    assert answer.status_code == 422
    assert "have not written for 24 hours" in answer.text


async def test_a_number_nobody_knows_has_no_conversation(as_admin):
    assert (await as_admin.get("/admin/whatsapp/+919999999999")).status_code == 404
    assert (await as_admin.get("/admin/whatsapp/nonsense")).status_code == 404


TYPED = {
    "title": "Open day",
    "campaign": "open_day",
    "category": "marketing",
    "language": "en",
    "body": "Hi {{1}}, come on {{2}}.",
    "labels": "First name\nDay",
    "buttons": "reply: I will come\nlink: See the way",
    "price": "0.88",
}


async def test_a_price_in_parts_of_a_paisa_stays_what_it_is(as_admin, work_as):
    assert (await as_admin.post("/admin/whatsapp/templates", data=TYPED | {"price": "0.8631"})).status_code == 303
    async with work_as(SYSTEM) as work:
        row = await work.row("select id, price_paise from whatsapp_templates where campaign = 'open_day'")
    assert row.price_paise == Decimal("86.31")
    assert "₹0.8631" in (await as_admin.get("/admin/whatsapp/templates")).text
    edit = (await as_admin.get(f"/admin/whatsapp/templates/{row.id}/edit")).text
    (field,) = re.findall(r'<input[^>]* name="price"[^>]*>', edit)
    (price,) = re.findall(r'value="([^"]*)"', field)
    again = TYPED | {"price": price, "title": "Open days"}
    assert (await as_admin.post(f"/admin/whatsapp/templates/{row.id}/edit", data=again)).status_code == 303
    async with work_as(SYSTEM) as work:
        kept = await work.value("select price_paise from whatsapp_templates where title = 'Open days'")
    assert kept == row.price_paise


async def test_a_template_is_typed_in_changed_and_taken_out_of_use(as_admin, work_as):
    assert (await as_admin.post("/admin/whatsapp/templates", data=TYPED)).status_code == 303
    async with work_as(SYSTEM) as work:
        row = await work.row("select * from whatsapp_templates where campaign = 'open_day'")
    assert (row.price_paise, row.param_labels) == (88, ["First name", "Day"])
    assert row.buttons == [{"kind": "reply", "text": "I will come"}, {"kind": "link", "text": "See the way"}]
    edit = (await as_admin.get(f"/admin/whatsapp/templates/{row.id}/edit")).text
    assert "reply: I will come\nlink: See the way</textarea>" in edit
    changed = TYPED | {"body": "Hi {{1}}, come.", "labels": "First name"}
    assert (await as_admin.post(f"/admin/whatsapp/templates/{row.id}/edit", data=changed)).status_code == 303
    switched = await as_admin.post(f"/admin/whatsapp/templates/{row.id}/activation", data={"is_active": "no"})
    assert switched.status_code == 303
    async with work_as(SYSTEM) as work:
        row = await work.row("select * from whatsapp_templates where campaign = 'open_day'")
        actions = await work.rows(
            "select action from audit_logs where subject_type = 'whatsapp_template' order by at, action"
        )
    assert (row.body, row.is_active) == ("Hi {{1}}, come.", False)
    assert {one.action.partition(".")[2] for one in actions} == {"added", "changed", "deactivated"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"body": "Hi {{name}}"}, "Write parameters as WhatsApp numbers them"),
        ({"body": "Hi {{1}} and {{3}}"}, "The number 2 is missing"),
        ({"labels": "a\nb\nc"}, "name no more than that"),
        ({"buttons": "press me"}, "Begin each line with"),
        ({"campaign": "welcome"}, "There is a template for this campaign already."),
        ({"price": "much"}, "Please write a number."),
    ],
)
async def test_what_whatsapp_would_not_take_is_said_beside_the_field(as_admin, wrong, message):
    answer = await as_admin.post("/admin/whatsapp/templates", data=TYPED | wrong)
    assert answer.status_code == 422
    assert message in answer.text
    assert "Open day" in answer.text


BY_HAND = f"/admin/people/{ASHA.id}"
REMINDER = {"template": "class_reminder", "param_1": "Asha", "param_2": "UX", "param_3": "six", "link_1": "class/7"}
INVITATION = {"template": "cta_invitation", "param_1": "Asha", "param_2": "UX", "link_1": "x"}


async def test_one_message_is_written_to_one_person_by_hand_once(as_admin, work_as):
    address = f"/admin/people/{ASHA.id}/whatsapp"
    page = (await as_admin.get(f"{address}/new?template=class_reminder")).text
    assert 'value="Asha"' in page
    typed = REMINDER | {"form_token": str(uuid4())}
    for _press in range(2):
        assert (await as_admin.post(address, data=typed)).status_code == 303
    async with work_as(SYSTEM) as work:
        planned = await work.rows("select to_address, template, params, marketing from deliveries")
        audited = await work.value("select count(*) from audit_logs where action = 'message.planned'")
    ((to, template, params, marketing),) = [tuple(row) for row in planned]
    assert (to, template, marketing) == (PHONE, "class_reminder", False)
    assert params == {"params": ["Asha", "UX", "six"], "buttons": ["class/7"]}
    assert audited == 1


async def test_what_is_missing_in_a_message_by_hand_is_said_and_nothing_typed_is_lost(as_admin):
    typed = {
        "template": "announcement",
        "param_1": "Asha",
        "param_2": "",
        "param_3": "we moved",
        "form_token": str(uuid4()),
    }
    answer = await as_admin.post(f"/admin/people/{ASHA.id}/whatsapp", data=typed)
    assert answer.status_code == 422
    assert "“From” is empty" in answer.text
    assert 'value="we moved"' in answer.text


@pytest.mark.parametrize(
    ("reason", "says"), [("opted_out", "They have opted out."), ("withheld", "Advertising is kept from them")]
)
async def test_marketing_by_hand_is_refused_to_who_has_opted_out(reason, says, as_admin, work_as):
    async with work_as(SYSTEM) as work:
        await suppress_phone(work, PHONE, "whatsapp", reason)
    assert says in (await as_admin.get(f"{BY_HAND}/whatsapp/new?template=cta_invitation")).text
    answer = await as_admin.post(f"{BY_HAND}/whatsapp", data=INVITATION | {"form_token": str(uuid4())})
    assert answer.status_code == 422
    assert says in answer.text


async def test_one_person_is_called_by_hand_once(as_admin, work_as):
    typed = {"course": "UX", "about": "the fee", "form_token": str(uuid4())}
    for _press in range(2):
        assert (await as_admin.post(f"/admin/people/{ASHA.id}/calls", data=typed)).status_code == 303
    async with work_as(SYSTEM) as work:
        planned = await work.rows("select channel, kind, to_address, params from deliveries")
    assert [tuple(row) for row in planned] == [("call", "single", PHONE, {"course": "UX", "about": "the fee"})]


async def test_in_quiet_hours_what_is_sent_by_hand_waits_and_the_page_says_so_before(as_admin, work_as):
    quiet = """
    update business_settings set value = jsonb_build_object('whatsapp', jsonb_build_array('00:00', '23:59'),
      'call', jsonb_build_array('00:00', '23:59')) where key = 'quiet_hours'
    """
    async with work_as(SYSTEM) as work:
        await work.run(quiet)
    assert "It leaves when they end" in (await as_admin.get(f"/admin/people/{ASHA.id}/whatsapp/new")).text
    page = (await as_admin.get(f"/admin/people/{ASHA.id}/calls/new")).text
    assert "It leaves when they end" in page
    assert "Call Asha Rao later" in page
    for address, typed in ((f"{BY_HAND}/whatsapp", REMINDER), (f"{BY_HAND}/calls", {"about": "the fee"})):
        answer = await as_admin.post(address, data=typed | {"form_token": str(uuid4())})
        assert answer.status_code == 303, answer.text[-2000:]
    async with work_as(SYSTEM) as work:
        assert await work.value("select count(*) from deliveries where due_at > %(now)s", now=work.now) == 2


async def test_a_second_press_is_the_first_even_where_the_first_has_reached_the_limit(as_admin, work_as):
    async with work_as(SYSTEM) as work:
        await work.run("update business_settings set value = '1' where key = 'marketing_a_day'")
        await work.run("update people set consent_whatsapp = true where id = %(id)s", id=ASHA.id)
    typed = INVITATION | {"form_token": str(uuid4())}
    answers = [await as_admin.post(f"{BY_HAND}/whatsapp", data=typed) for _press in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    another = await as_admin.post(f"{BY_HAND}/whatsapp", data=INVITATION | {"form_token": str(uuid4())})
    assert another.status_code == 422
    assert "as often today as the rules allow" in another.text


async def test_who_has_opted_out_of_calls_is_not_called_by_hand(as_admin, work_as):
    async with work_as(SYSTEM) as work:
        await suppress_phone(work, PHONE, "call", "opted_out")
    page = (await as_admin.get(f"{BY_HAND}/calls/new")).text
    assert "They have opted out." in page
    assert "Call Asha Rao now" not in page
    answer = await as_admin.post(f"{BY_HAND}/calls", data={"about": "the fee", "form_token": str(uuid4())})
    assert answer.status_code == 422
    assert 'value="the fee"' in answer.text
