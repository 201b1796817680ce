"""Zoom's side: tokens, meetings, registrants, and what is refused in Zoom's own words."""

from adapters.sandbox.zoom import Options, RateLimits
from tests.adapters.sandbox.zoom.conftest import ACCOUNT, APP, BASIC, HOST, plan, zoom_running

WRONG = [
    ({"topic": "x" * 201}, "topic"),
    ({"agenda": "x" * 2001}, "agenda"),
    ({"type": 5}, "type"),
    ({"type": []}, "type"),
    ({"start_time": "tomorrow"}, "start_time"),
    ({"timezone": "Mars/Olympus"}, "timezone"),
    ({"duration": "60"}, "duration"),
    ({"password": "has space!"}, "password"),
    ({"recurrence": "weekly"}, "recurrence"),
    ({"settings": []}, "settings"),
    ({"settings": {"jbh_time": 7}}, "settings.jbh_time"),
    ({"settings": {"approval_type": 9}}, "settings.approval_type"),
    ({"settings": {"waiting_room": "yes"}}, "settings.waiting_room"),
]


async def test_a_token_comes_for_the_form_and_for_the_query(zoom):
    by_form = await zoom.sign_in()
    by_query = await zoom.client.post("/zoom/oauth/token", params=ACCOUNT, auth=APP)
    for answer in (by_form, by_query):
        assert answer.status_code == 200
        assert answer.json()["token_type"] == "bearer"
        assert answer.json()["expires_in"] == 3600
        assert "meeting:write:meeting:admin" in answer.json()["scope"].split()
        assert answer.json()["api_url"] == f"{zoom.settings.sandbox_url}/zoom"
    assert by_form.json()["access_token"] != by_query.json()["access_token"]


async def test_a_wrong_app_gets_no_token(zoom):
    for changes, auth, error in (
        ({}, ("sandbox-zoom-client", "wrong"), "invalid_client"),
        ({"grant_type": "client_credentials"}, APP, "unsupported_grant_type"),
        ({"account_id": "another"}, APP, "invalid_request"),
    ):
        answer = await zoom.client.post("/zoom/oauth/token", data=ACCOUNT | changes, auth=auth)
        assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_a_revoked_lapsed_or_made_up_token_opens_nothing(zoom, zoom_settings):
    token = zoom.token
    assert (await zoom.client.post("/zoom/oauth/revoke", data={"token": token}, auth=APP)).json() == {
        "status": "success"
    }
    for bad in (token, "made-up", "."):
        zoom.token = bad
        answer = await zoom.api("GET", "/users/me")
        assert (answer.status_code, answer.json()["code"]) == (401, 124)
    in_query = await zoom.client.get("/zoom/v2/users/me", params={"access_token": token})
    assert "query parameter" in in_query.json()["message"]
    expired = Options(RateLimits.none(), expires_in=-1)
    async with zoom_running(
        zoom_settings.model_copy(update={"sandbox_port": zoom_settings.sandbox_port + 1}), zoom=expired
    ) as late:
        assert (await late.api("GET", "/users/me")).json()["message"] == "Access token is expired."


async def test_a_missing_scope_is_named(zoom_settings):
    narrow = Options(RateLimits.none(), scopes=("meeting:read:meeting:admin",))
    async with zoom_running(zoom_settings, zoom=narrow) as zoom:
        answer = await zoom.api("POST", f"/users/{HOST}/meetings", plan())
        assert (answer.status_code, answer.json()["code"]) == (400, 4711)
        assert "meeting:write:meeting:admin" in answer.json()["message"]


async def test_a_meeting_is_made_read_changed_listed_and_deleted(zoom):
    meeting = await zoom.create(unknown="ignored", agenda=None)
    assert len(str(meeting["id"])) == 11
    assert meeting["uuid"].endswith("==")
    assert meeting["settings"]["auto_recording"] == "cloud"
    assert meeting["settings"]["approval_type"] == 0
    assert meeting["registration_url"]
    assert meeting["start_time"] == "2027-01-12T10:30:00Z"
    assert (await zoom.api("GET", f"/meetings/{meeting['id']}/")).json() == meeting
    changed = await zoom.api(
        "PATCH", f"/meetings/{meeting['id']}", {"topic": "Geometry", "settings": {"waiting_room": True}}
    )
    assert (changed.status_code, changed.content, "content-type" in changed.headers) == (204, b"", False)
    read = (await zoom.api("GET", f"/meetings/{meeting['id']}")).json()
    assert (read["topic"], read["settings"]["waiting_room"], read["settings"]["auto_recording"]) == (
        "Geometry",
        True,
        "cloud",
    )
    listed = (await zoom.api("GET", f"/users/{HOST}/meetings")).json()
    assert [(one["id"], one["topic"]) for one in listed["meetings"]] == [(meeting["id"], "Geometry")]
    assert (await zoom.api("DELETE", f"/meetings/{meeting['id']}")).status_code == 204
    again = await zoom.api("DELETE", f"/meetings/{meeting['id']}")
    assert (again.status_code, again.json()) == (
        404,
        {"code": 3001, "message": f"Meeting does not exist: {meeting['id']}."},
    )
    assert (await zoom.api("PUT", f"/meetings/{meeting['id']}/status", {"action": "recover"})).status_code == 204
    assert (await zoom.api("GET", f"/meetings/{meeting['id']}")).status_code == 200


async def test_a_local_start_is_read_in_its_zone(zoom):
    meeting = await zoom.create(start_time="2027-01-12T16:00:00")
    assert meeting["start_time"] == "2027-01-12T10:30:00Z"


async def test_a_basic_host_is_given_less_without_a_word(zoom):
    meeting = await zoom.create(BASIC)
    assert meeting["settings"]["approval_type"] == 2
    assert meeting["settings"]["auto_recording"] == "none"
    assert "registration_url" not in meeting


async def test_a_weekly_course_has_its_dates(zoom):
    recurrence = {"type": 2, "repeat_interval": 1, "weekly_days": "3,5", "end_times": 5}
    meeting = await zoom.create(type=8, recurrence=recurrence)
    dates = [one["start_time"] for one in meeting["occurrences"]]
    assert dates == [f"2027-01-{day}T10:30:00Z" for day in (12, 14, 19, 21, 26)]
    first = meeting["occurrences"][0]["occurrence_id"]
    assert (await zoom.api("DELETE", f"/meetings/{meeting['id']}", occurrence_id=first)).status_code == 204
    read = (await zoom.api("GET", f"/meetings/{meeting['id']}")).json()
    assert [one["status"] for one in read["occurrences"]] == ["deleted", *["available"] * 4]


async def test_a_wrong_field_is_named(zoom):
    for changes, field in WRONG:
        answer = await zoom.api("POST", f"/users/{HOST}/meetings", plan(**changes))
        assert (answer.status_code, answer.json()["code"]) == (400, 300)
        assert answer.json()["errors"] == [{"field": field, "message": f"Invalid parameter: {field.split('.')[-1]}."}]


async def test_unknown_things_are_unknown_in_zooms_words(zoom):
    for method, path, code in [
        ("GET", "/users/nobody@x.test", 1001),
        ("POST", "/users/nobody@x.test/meetings", 1001),
        ("GET", "/meetings/123", 3001),
        ("GET", "/meetings/none", 3001),
        ("GET", "/past_meetings/123", 3001),
        ("GET", "/meetings/123/recordings", 3301),
        ("GET", "/webinars/1", 2300),
        ("POST", "/meetings/1", 2300),
    ]:
        answer = await zoom.api(method, path, {} if method == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (404, code), path
        assert answer.headers["x-zm-trackingid"]
    broken = await zoom.client.post(
        f"/zoom/v2/users/{HOST}/meetings", content=b"[1", headers={"Authorization": f"Bearer {zoom.token}"}
    )
    assert broken.json()["message"] == "Request Body should be a valid JSON object."


async def test_registering_gives_everyone_one_link_of_their_own(zoom):
    meeting = await zoom.create()
    path = f"/meetings/{meeting['id']}/registrants"
    asha = {"email": "asha@example.org", "first_name": "Asha", "last_name": "R"}
    first, again = [await zoom.api("POST", path, asha) for _ in range(2)]
    assert first.status_code == again.status_code == 201
    assert first.json()["join_url"] == again.json()["join_url"]
    assert "/w/" in first.json()["join_url"]
    assert "tk=" in first.json()["join_url"]
    batch = {"registrants": [{"email": "b@example.org", "first_name": "Ben"}]}
    assert (await zoom.api("POST", f"/meetings/{meeting['id']}/batch_registrants", batch)).json()["registrants"]
    listed = (await zoom.api("GET", path)).json()
    assert [one["email"] for one in listed["registrants"]] == ["asha@example.org", "b@example.org"]
    one = await zoom.api("GET", f"{path}/{listed['registrants'][0]['id']}")
    assert one.json()["join_url"] == first.json()["join_url"]
    deny = {"action": "deny", "registrants": [{"id": first.json()["registrant_id"]}]}
    assert (await zoom.api("PUT", f"{path}/status", deny)).status_code == 204
    assert (await zoom.api("GET", path, status="denied")).json()["total_records"] == 1
    assert (await zoom.api("DELETE", f"{path}/{listed['registrants'][1]['id']}")).status_code == 204


async def test_registering_is_refused_where_it_cannot_be(zoom):
    closed = await zoom.create(settings={"approval_type": 2})
    asha = {"email": "asha@example.org", "first_name": "Asha"}
    assert (await zoom.api("POST", f"/meetings/{closed['id']}/registrants", asha)).status_code == 404
    assert (await zoom.api("GET", f"/meetings/{closed['id']}/registrants")).json()["code"] == 300
    path = f"/meetings/{(await zoom.create())['id']}/registrants"
    assert (await zoom.api("POST", path, {"email": "asha", "first_name": ""})).json()["errors"][0]["field"] == "email"
    assert (await zoom.api("POST", path, {"email": HOST, "first_name": "Meera"})).json()["code"] == 3027


async def test_an_approval_by_hand_holds_the_link_back(zoom):
    meeting = await zoom.create(settings={"approval_type": 1})
    path = f"/meetings/{meeting['id']}/registrants"
    waiting = (await zoom.api("POST", path, {"email": "asha@example.org", "first_name": "Asha"})).json()
    assert "join_url" not in waiting
    await zoom.api("PUT", f"{path}/status", {"action": "approve", "registrants": [{"email": "asha@example.org"}]})
    assert (await zoom.api("GET", path)).json()["registrants"][0]["join_url"]


async def test_a_long_list_comes_in_pages(zoom):
    for number in range(3):
        await zoom.create(topic=f"Class {number}")
    path, topics, token = f"/users/{HOST}/meetings", [], ""
    while True:
        body = (await zoom.api("GET", path, page_size=2, next_page_token=token)).json()
        topics += [one["topic"] for one in body["meetings"]]
        if not (token := body["next_page_token"]):
            break
        other = await zoom.api("GET", path, page_size=1, next_page_token=token)
        assert (other.status_code, other.json()["code"]) == (400, 300)
    assert sorted(topics) == ["Class 0", "Class 1", "Class 2"]
    assert body["total_records"] == 3


async def test_too_many_requests_are_turned_away_with_when_to_return(zoom_settings):
    limits = RateLimits(per_second={"Light": 1}, meetings_a_day=1, registrations_a_day=1)
    async with zoom_running(zoom_settings, zoom=Options(limits)) as zoom:
        meeting = await zoom.create()
        capped = await zoom.api("POST", f"/users/{HOST}/meetings", plan())
        assert (capped.status_code, capped.json()["code"]) == (429, 429)
        assert "(1) of Meeting Create/Update" in capped.json()["message"]
        assert capped.headers["Retry-After"].endswith("T00:00:00Z")
        assert capped.headers["X-RateLimit-Type"] == "Daily-limit"
        answers = [await zoom.api("GET", f"/meetings/{meeting['id']}") for _ in range(8)]
        turned_away = [answer for answer in answers if answer.status_code == 429]
        assert turned_away
        assert turned_away[0].headers["X-RateLimit-Type"] == "QPS"
        assert "Retry-After" not in turned_away[0].headers
