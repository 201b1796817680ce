"""What programs read and do by the API: the same things, by the same rules, as people do on the pages."""

import pytest

from bench.round_trips import counted
from domain.work import SYSTEM
from tests.fixtures.api import program, token_of
from tests.fixtures.cast import BEN
from tests.web.route_table import route_table

FILE = b"Name,E-mail,Phone\nRavi,ravi@example.com,9876543210\nMira,mira@example.com,\nNobody,,\n"


async def value(services, sql, **values):
    async with services.database.work(SYSTEM) as work:
        return await work.value(sql, **values)


async def test_a_list_costs_at_most_four_round_trips_however_many_are_asked_for(api, app, with_demo):
    lists = [
        entry.path
        for entry in route_table(app)
        if (entry.method, entry.audience) == ("GET", "api") and entry.path.count("/") == 2
    ]
    async with counted(app) as database:
        for path in sorted(set(lists)):
            for per_page in (1, 100):
                database.round_trips = 0
                answer = await api.get(path, params={"per_page": per_page})
                assert (answer.status_code, database.round_trips <= 4) == (200, True), path


async def test_following_next_reads_everything_once_and_what_is_listed_can_be_read_alone(api, with_demo):
    for what in ("leads", "campaigns", "applications", "students", "deliveries", "imports"):
        await following_next_reads_everything_once(api, what)
        await what_is_listed_can_be_read_alone(api, what)


async def following_next_reads_everything_once(api, what):
    first = (await api.get(f"/api/{what}", params={"per_page": 100})).json()
    total, seen, address = first["total"], [], f"/api/{what}?per_page={min(100, max(1, first['total'] // 3))}"
    while address and len(seen) < 300:
        page = (await api.get(address)).json()
        seen += [item["id"] for item in page["items"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) > 1, what
    assert len(seen) == total or total > 300, what


async def what_is_listed_can_be_read_alone(api, what):
    listed = (await api.get(f"/api/{what}")).json()["items"][0]
    alone = (await api.get(f"/api/{what}/{listed['id']}")).json()
    assert {name: alone[name] for name in listed if name in alone} == {n: listed[n] for n in listed if n in alone}, what
    assert (await api.get(f"/api/{what}/00000000-0000-0000-0000-0000000000ff")).status_code == 404, what


async def test_filters_find_what_the_pages_find(api, with_demo):
    enrolled = (await api.get("/api/leads", params={"status": "enrolled"})).json()
    assert 0 < enrolled["total"] < (await api.get("/api/leads")).json()["total"]
    assert {lead["status"] for lead in enrolled["items"]} == {"enrolled"}
    waiting = (await api.get("/api/applications", params={"status": "new", "sort": "name"})).json()["items"]
    assert {one["status"] for one in waiting} == {"new"}
    assert [one["name"].lower() for one in waiting] == sorted(one["name"].lower() for one in waiting)
    bounced = (await api.get("/api/deliveries", params={"state": "bounced"})).json()["items"]
    assert {one["reported"] for one in bounced} == {"bounced"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "old"}, "status"),
        ({"since": "yesterday"}, "since"),
        ({"page": "0"}, "page"),
        ({"import_id": "1"}, "import_id"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused_and_named(query, field, api):
    answer = await api.get("/api/leads", params=query)
    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == [field]


async def test_refusals_leave_no_connection_behind(api, services):
    for _time in range(2 * services.settings.database_pool):
        assert (await api.get("/api/leads", params={"page": "0"})).status_code == 422
        assert (await api.post("/api/leads", json={}, headers={"Idempotency-Key": "x" * 300})).status_code == 422
    assert (await api.get("/api/leads")).status_code == 200
    assert await value(services, "select count(*) from pg_stat_activity where state like 'idle in transaction%%'") == 0


async def test_a_lead_is_added_by_the_rules_of_an_import(api):
    answer = await api.post(
        "/api/leads",
        json={
            "name": "  Ravi   Kumar ",
            "email": "Ravi@Example.com",
            "phone": "098765 43210",
            "tags": ["webinar"],
            "consent": True,
            "attributes": {"Landing page": "/python"},
        },
    )
    lead = answer.json()
    assert answer.status_code == 201
    assert (lead["name"], lead["email"], lead["phone"]) == ("Ravi Kumar", "ravi@example.com", "+919876543210")
    assert (lead["tags"], lead["attributes"]) == (["webinar"], {"Landing page": "/python"})
    assert (lead["is_new"], lead["consent_email"], lead["warnings"]) == (True, True, [])


async def test_who_is_known_is_completed_and_not_overwritten(api, services):
    await api.post("/api/leads", json={"name": "Ravi", "email": "ravi@example.com", "tags": ["a"]})
    again = await api.post(
        "/api/leads", json={"name": "R. K.", "email": "RAVI@example.com", "phone": "9876543210", "tags": ["b"]}
    )
    lead = again.json()
    assert (again.status_code, lead["is_new"]) == (200, False)
    assert (lead["name"], lead["phone"], lead["tags"]) == ("Ravi", "+919876543210", ["a", "b"])
    assert await value(services, "select count(*) from imported_leads") == 1


async def test_what_cannot_be_used_of_a_lead_is_told_and_the_rest_is_kept(api):
    lead = (await api.post("/api/leads", json={"email": "ravi@example.com", "phone": "12"})).json()
    assert lead["phone"] is None
    assert len(lead["warnings"]) == 1
    for body in ({}, {"name": "Ravi"}, {"phone": "12"}):
        assert (await api.post("/api/leads", json=body)).status_code == 422


async def test_a_misspelt_field_is_refused_and_adds_nothing(api, services):
    answer = await api.post(
        "/api/leads", json={"email": "ravi@example.com", "phnoe": "9876543210", "consent": "perhaps"}
    )
    assert set(answer.json()["error"]["fields"]) == {"phnoe", "consent"}
    assert await value(services, "select count(*) from imported_leads") == 0


async def test_a_request_sent_again_is_done_once_and_answered_alike(api, services):
    key = {"Idempotency-Key": "form 1"}
    answers = [await api.post("/api/leads", json={"email": "ravi@example.com"}, headers=key) for _time in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, "true", "true"]
    assert await value(services, "select count(*) from audit_logs where action = 'lead.added'") == 1


async def test_a_key_that_came_with_another_request_is_refused(api, services):
    key = {"Idempotency-Key": "form 1"}
    await api.post("/api/leads", json={"email": "ravi@example.com"}, headers=key)
    assert (await api.post("/api/leads", json={"email": "mira@example.com"}, headers=key)).status_code == 409
    assert await value(services, "select count(*) from imported_leads") == 1


async def test_a_refused_request_may_be_mended_under_the_same_key(api):
    key = {"Idempotency-Key": "form 1"}
    assert (await api.post("/api/leads", json={"email": "ravi"}, headers=key)).status_code == 422
    assert (await api.post("/api/leads", json={"email": "ravi@example.com"}, headers=key)).status_code == 201


async def test_keys_of_different_tokens_are_different_keys_and_old_ones_are_forgotten(api, app, services):
    key = {"Idempotency-Key": "form 1"}
    await api.post("/api/leads", json={"email": "ravi@example.com"}, headers=key)
    token, _token_id = await token_of(app, BEN)
    async with program(app, token) as other:
        assert (await other.post("/api/leads", json={"email": "mira@example.com"}, headers=key)).status_code == 201
    async with services.database.work(SYSTEM) as work:
        await work.run("update api_answers set created_at = created_at - interval '25 hours'")
    assert (await api.post("/api/leads", json={"email": "uma@example.com"}, headers=key)).status_code == 201


async def test_a_file_is_uploaded_checked_and_imported(house, cast):
    token, _token_id = await token_of(house.app, BEN)
    async with program(house.app, token) as api:
        key = {"Idempotency-Key": "file 1"}
        uploads = [await api.post("/api/imports", files={"file": ("leads.csv", FILE)}, headers=key) for _time in (1, 2)]
        assert [upload.status_code for upload in uploads] == [201, 201]
        uploaded = uploads[0].json()
        assert uploads[1].json() == uploaded
        address = f"/api/imports/{uploaded['id']}"
        assert [column["field"] for column in uploaded["columns"]] == ["name", "email", "phone"]
        assert (await api.post(f"{address}/check", json={"tags": ["api"]})).json()["state"] == "checking"
        await house.run_due()
        checked = (await api.get(address)).json()
        assert (checked["state"], checked["created_count"], checked["rejected_count"]) == ("checked", 2, 1)
        rows = (await api.get(f"{address}/rows", params={"kind": "rejected"})).json()
        assert (rows["total"], rows["items"][0]["cells"][0]) == (1, "Nobody")
        other = "00000000-0000-0000-0000-0000000000ff"
        assert (await api.post(f"{address}/start", json={"check_id": other})).status_code == 409
        started = await api.post(f"{address}/start", json={"check_id": checked["check_id"]})
        assert (started.status_code, started.json()["state"]) == (202, "running")
        await house.run_due()
        assert (await api.get(address)).json()["state"] == "done"
        leads = (await api.get("/api/leads", params={"import_id": uploaded["id"], "tag": "api"})).json()
        assert leads["total"] == 2


async def test_a_file_that_is_none_is_refused_by_name_and_not_kept(api, services):
    answer = await api.post("/api/imports", files={"file": ("leads.csv", b"\x00\x01nothing")})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, ["file"])
    folder = services.settings.data_dir / "files" / "imports"
    assert not folder.exists() or not list(folder.iterdir())


async def test_an_application_is_approved_once_and_by_the_version_that_was_read(api, with_demo, services):
    waiting = (await api.get("/api/applications", params={"status": "new"})).json()["items"][0]
    address = f"/api/applications/{waiting['id']}"
    seen = (await api.get(address)).json()
    batch = next(one for one in seen["batches"] if one["is_open"])
    body = {"version": seen["version"], "batch_id": batch["id"], "beyond_capacity": True}
    assert (await api.post(f"{address}/approval", json=body | {"version": 7})).status_code == 409
    wrong = await api.post(f"{address}/approval", json=body | {"batch_id": waiting["id"]})
    assert list(wrong.json()["error"]["fields"]) == ["batch_id"]
    approved = await api.post(f"{address}/approval", json=body)
    assert (approved.status_code, approved.json()["status"]) == (201, "approved")
    assert approved.json()["decider"] == "Ben Thomas"
    again = await api.post(f"{address}/approval", json=body)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    student = (await api.get(f"/api/students/{seen['person_id']}")).json()
    assert batch["id"] in [enrolment["batch_id"] for enrolment in student["enrolments"]]


async def test_an_application_is_rejected_with_a_reason(api, with_demo):
    waiting = (await api.get("/api/applications", params={"status": "new"})).json()["items"][0]
    address = f"/api/applications/{waiting['id']}"
    version = (await api.get(address)).json()["version"]
    rejected = await api.post(f"{address}/rejection", json={"version": version, "reason": "Too early"})
    assert (rejected.status_code, rejected.json()["decision_reason"]) == (201, "Too early")


async def test_a_delivery_tells_what_came_of_it_in_the_fields_of_a_send(api, with_demo):
    sent = (await api.get("/api/deliveries", params={"state": "sent", "channel": "email"})).json()["items"][0]
    result = (await api.get(f"/api/deliveries/{sent['id']}")).json()["result"]
    assert list(result) == ["success", "message_id", "batch_id", "accepted", "rejected", "results"]
    assert (result["success"], result["accepted"], result["rejected"]) == (True, 1, 0)
    assert list(result["results"][0]) == ["to", "status", "message_id"]
