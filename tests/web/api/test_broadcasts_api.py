"""Broadcasts by the API: written, judged, confirmed and stopped by the rules of the pages."""

from uuid import UUID, uuid4

import pytest

from domain.broadcasts.planning import plan_chunk
from domain.leads.filters import LeadFilter
from domain.leads.saved_filters import save_filter
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, CHITRA
from tests.fixtures.leads import new_lead
from web.admin.broadcasts import reason_names
from web.api.broadcast_recipients import Reason

LETTER = {"subject": "Hello {{first_name}}", "text": "Class moves to 7 pm."}
EMAIL = {"name": "Moved", "channel": "email", "audience": {"kind": "students"}, "message": LETTER}
TEMPLATE = {"template": "announcement", "params": ["{{first_name}}", "us", "No class"]}


async def drafted(api, **changes):
    """Draft an e-mail to all students, who are two, unless changed; return its address and what was answered."""
    answer = await api.post("/api/broadcasts", json=EMAIL | changes)
    assert answer.status_code == 201, answer.text
    return f"/api/broadcasts/{answer.json()['id']}", answer.json()


async def confirmed(api, expected=2, **changes):
    address, _draft = await drafted(api)
    answer = await api.post(f"{address}/confirmation", json={"expected": expected} | changes)
    assert answer.status_code == 202, answer.text
    return address, answer.json()


async def planned(services, address):
    async with services.database.work(SYSTEM) as work:
        await plan_chunk(work, UUID(address.rsplit("/", 1)[1]))


async def run(services, sql, **values):
    async with services.database.work(SYSTEM) as work:
        await work.run(sql, **values)


async def test_a_draft_tells_who_would_get_it_and_how_it_reads_and_nothing_leaves(api, services):
    await run(services, "insert into email_suppressions values (%(to)s, 'bounced', '', null, now())", to=ASHA.email)
    address, draft = await drafted(api)
    estimate = draft["estimate"]
    assert (draft["state"], estimate["recipients"], estimate["left_out"]) == ("draft", 1, {"bounced": 1})
    assert estimate["preview"]["subject"] == f"Hello {CHITRA.name.split()[0]}"
    assert estimate["cost_paise"] is None
    assert (draft["message"]["text"], draft["audience"]["kind"]) == (LETTER["text"], "students")
    assert (await api.get(address)).json() == draft
    async with services.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from deliveries") == 0


async def test_a_draft_is_changed_in_part_and_the_rest_stays(api):
    address, _draft = await drafted(api)
    changed = await api.post(address, json={"purpose": "marketing"})
    assert (changed.status_code, changed.json()["is_marketing"]) == (200, True)
    again = (await api.post(address, json={"name": "Later", "message": LETTER | {"text": "At 8 pm."}})).json()
    assert (again["name"], again["message"]["text"], again["is_marketing"]) == ("Later", "At 8 pm.", True)
    assert again["audience"]["kind"] == "students"


async def test_audience_and_message_are_changed_together_by_what_both_become(api):
    address, _draft = await drafted(api, message=LETTER | {"subject": "{{course}}"})
    to_leads = {"audience": {"kind": "leads"}}
    refused = await api.post(address, json=to_leads)
    assert (refused.status_code, list(refused.json()["error"]["fields"])) == (422, ["message.subject"])
    changed = await api.post(address, json=to_leads | {"message": LETTER})
    assert (changed.status_code, changed.json()["is_marketing"]) == (200, True)


async def test_a_template_is_named_and_its_price_estimated(api):
    _address, draft = await drafted(api, channel="whatsapp", message=TEMPLATE)
    assert draft["message"]["template"] == "announcement"
    assert draft["estimate"]["cost_paise"] > 0
    assert "No class" in draft["estimate"]["preview"]["text"]
    choices = (await api.get("/api/broadcasts/choices")).json()
    assert "announcement" in [one["template"] for one in choices["templates"]]


async def test_parameters_without_names_are_counted_in_the_text(api, services):
    await run(services, "update whatsapp_templates set param_labels = '{}' where campaign = 'announcement'")
    templates = (await api.get("/api/broadcasts/choices")).json()["templates"]
    (announcement,) = [one for one in templates if one["template"] == "announcement"]
    assert announcement["param_labels"] == ["Parameter 1", "Parameter 2", "Parameter 3"]
    message = {"channel": "whatsapp", "message": TEMPLATE}
    _address, draft = await drafted(api, **message)
    assert "No class" in draft["estimate"]["preview"]["text"]
    for params, field in ((["a", "b"], "message.params.2"), (["a", "b", "c", "d"], "message.params.3")):
        answer = await api.post("/api/broadcasts", json=EMAIL | message | {"message": TEMPLATE | {"params": params}})
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, [field])


async def test_a_price_in_parts_of_a_paisa_is_told_as_it_is(api, services):
    await run(services, "update whatsapp_templates set price_paise = 86.31 where campaign = 'announcement'")
    answer = await api.get("/api/broadcasts/choices")
    assert answer.status_code == 200
    (told,) = [one for one in answer.json()["templates"] if one["template"] == "announcement"]
    assert told["price_paise"] == 86.31


async def test_a_draft_is_tried_out_on_whose_token_it_is_once_a_key(api, services):
    address, _draft = await drafted(api)
    answers = [await api.post(f"{address}/trial", headers={"Idempotency-Key": "try"}) for _again in range(2)]
    assert [(one.status_code, one.json()["to"]) for one in answers] == [(202, BEN.email)] * 2
    delivery = (await api.get(answers[0].json()["delivery_url"])).json()
    assert (delivery["kind"], delivery["to_address"]) == ("test", BEN.email)
    async with services.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from deliveries") == 1
        assert await work.value("select count(*) from audit_logs where action = 'broadcast.tried_out'") == 1
    empty, _draft = await drafted(api, message=None)
    assert (await api.post(f"{empty}/trial")).status_code == 422


async def test_leads_are_chosen_by_a_filter_given_or_saved(api, work_as):
    async with work_as(BEN.identity) as work:
        await new_lead(work, "Hot Lead", tags=["hot"])
        await new_lead(work)
        filter_id = await save_filter(work, "Hot ones", LeadFilter(tag="hot"))
    assert (await api.get("/api/broadcasts/choices")).json()["saved_filters"][0]["id"] == str(filter_id)
    for audience in (
        {"kind": "leads", "filter": {"tag": "hot"}},
        {"kind": "saved_filter", "saved_filter_id": str(filter_id)},
    ):
        _address, draft = await drafted(api, audience=audience)
        assert (draft["estimate"]["recipients"], draft["audience"]["filter"]["tag"]) == (1, "hot")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"audience": {"kind": "batch"}}, ["audience.batch_id"]),
        ({"audience": {"kind": "batch", "batch_id": str(uuid4())}}, ["audience.batch_id"]),
        ({"audience": {"kind": "students", "filter": {"tag": "hot"}}}, ["audience.filter"]),
        ({"audience": {"kind": "saved_filter", "saved_filter_id": str(uuid4())}}, ["audience.saved_filter_id"]),
        ({"message": {"text": "Hi"}}, ["message.subject"]),
        ({"message": LETTER | {"template": "announcement"}}, ["message.template"]),
        ({"message": LETTER | {"subject": "{{surname}}"}}, ["message.subject"]),
        ({"channel": "whatsapp", "message": {"template": "nothing"}}, ["message.template"]),
        ({"channel": "whatsapp", "message": TEMPLATE | {"params": ["a", "", "c"]}}, ["message.params.1"]),
        ({"channel": "pigeon"}, ["channel"]),
    ],
)
async def test_what_does_not_fit_is_named_as_it_was_sent_and_no_draft_is_left(changes, fields, api):
    answer = await api.post("/api/broadcasts", json=EMAIL | changes)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, fields)
    assert (await api.get("/api/broadcasts")).json()["total"] == 0


async def test_people_are_listed_with_the_reason_taken_off_and_put_back(api):
    address, _draft = await drafted(api)
    people = {"people": [str(ASHA.id)]}
    taken_off = (await api.post(f"{address}/deselection", json=people)).json()
    assert taken_off["estimate"]["left_out"] == {"deselected": 1}
    listed = (await api.get(f"{address}/recipients")).json()["items"]
    assert {(one["name"], one["left_out"], one["result"]) for one in listed} == {
        (ASHA.name, "deselected", None),
        (CHITRA.name, None, "chosen"),
    }
    only = (await api.get(f"{address}/recipients", params={"which": "deselected", "q": "asha"})).json()
    assert [one["person_id"] for one in only["items"]] == [str(ASHA.id)]
    assert (await api.post(f"{address}/selection", json=people)).json()["estimate"]["recipients"] == 2


async def test_pages_of_people_follow_each_other(api):
    address, _draft = await drafted(api)
    first = (await api.get(f"{address}/recipients", params={"per_page": 1})).json()
    second = (await api.get(first["next"])).json()
    assert {first["items"][0]["name"], second["items"][0]["name"]} == {ASHA.name, CHITRA.name}
    assert second["next"] is None


async def test_it_is_sent_to_as_many_as_expected_and_followed(api, services):
    address, started = await confirmed(api)
    assert (started["state"], started["recipient_count"], started["estimate"]) == ("sending", 2, None)
    await planned(services, address)
    await run(
        services, "update deliveries set state = 'sent', sent_at = now() where to_address = %(to)s", to=ASHA.email
    )
    progress = (await api.get(address)).json()["progress"]
    assert (progress["sent"], progress["waiting"]) == (1, 1)
    sent = (await api.get(f"{address}/recipients", params={"which": "sent"})).json()["items"]
    assert [(one["name"], one["result"]) for one in sent] == [(ASHA.name, "sent")]
    assert (await api.get(f"/api/deliveries/{sent[0]['delivery_id']}")).json()["person_id"] == str(ASHA.id)


async def test_others_than_expected_stop_it_and_are_counted(api, services):
    address, _draft = await drafted(api)
    refused = await api.post(f"{address}/confirmation", json={"expected": 3})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["fields"]) == (409, "count_changed", {"expected": "2"})
    assert (await api.get(address)).json()["state"] == "draft"
    assert (
        await api.post(f"{address}/confirmation", json={"expected": int(error["fields"]["expected"])})
    ).status_code == 202


async def test_it_may_wait_for_its_time_and_be_taken_back_until_then(api):
    now = (await api.get("/api/me")).json()["now"]
    later = f"{int(now[:4]) + 1}-01-01T09:30:00+05:30"
    address, scheduled = await confirmed(api, send_at=later)
    assert (scheduled["state"], scheduled["send_at"]) == ("scheduled", f"{later[:10]}T04:00:00Z")
    assert (await api.post(address, json={"name": "Other"})).status_code == 409
    back = await api.post(f"{address}/confirmation/end")
    assert (back.status_code, back.json()["state"], back.json()["estimate"]["recipients"]) == (200, "draft", 2)
    assert (await api.post(f"{address}/confirmation/end")).status_code == 409


@pytest.mark.parametrize("moment", ["2020-01-05T09:30:00Z", "9999-12-31T23:59:59-12:00", "2030-01-05T09:30:00", "soon"])
async def test_a_time_that_makes_no_sense_is_refused_and_named(moment, api):
    address, _draft = await drafted(api)
    answer = await api.post(f"{address}/confirmation", json={"expected": 2, "send_at": moment})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, ["send_at"])


async def test_what_has_not_left_is_cancelled_and_counted(api, services):
    address, _started = await confirmed(api)
    await planned(services, address)
    stopped = (await api.post(f"{address}/cancellation")).json()
    assert (stopped["state"], stopped["count"], stopped["progress"]["cancelled"]) == ("cancelled", 2, 2)
    assert (await api.post(f"{address}/cancellation")).status_code == 409


async def test_what_failed_is_sent_again(api, services):
    address, _started = await confirmed(api)
    await planned(services, address)
    assert (await api.post(f"{address}/retry")).status_code == 409
    await run(services, "update deliveries set state = 'failed' where to_address = %(to)s", to=ASHA.email)
    assert (await api.get(address)).json()["progress"]["again"] == 1
    again = await api.post(f"{address}/retry")
    assert (again.status_code, again.json()["count"], again.json()["progress"]["waiting"]) == (202, 1, 2)


async def test_a_draft_is_deleted_and_a_confirmed_one_is_not(api):
    address, draft = await drafted(api)
    deleted = await api.post(f"{address}/deletion")
    assert (deleted.status_code, deleted.json()) == (200, {"id": draft["id"], "name": "Moved"})
    assert (await api.get(address)).status_code == 404
    other, _started = await confirmed(api)
    assert (await api.post(f"{other}/deletion")).status_code == 409


async def test_the_same_key_drafts_and_confirms_once(api, services):
    key = {"Idempotency-Key": "news 1"}
    drafts = [await api.post("/api/broadcasts", json=EMAIL, headers=key) for _time in (1, 2)]
    assert drafts[0].json() == drafts[1].json()
    address = f"/api/broadcasts/{drafts[0].json()['id']}/confirmation"
    answers = [
        await api.post(address, json={"expected": 2}, headers=key | {"Idempotency-Key": "go"}) for _time in (1, 2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    async with services.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from automation_steps where kind = 'plan_broadcast'") == 1
        by_token = await work.value("select details ->> 'token' from audit_logs where action = 'broadcast.confirmed'")
    assert by_token == "Tests"


def test_the_reasons_are_those_of_the_pages():
    assert set(Reason.__args__) == set(reason_names())
