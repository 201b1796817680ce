"""Requests to providers and their answers are kept, and nothing in them opens anything or repeats what was written."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from adapters.provider_settings import SANDBOX_VALUES
from adapters.traffic.exchange import Exchange
from adapters.traffic.redaction import MASK, Redaction, address, masked
from domain.integrations.requests import MOST_KEPT, forget_requests
from domain.work import SYSTEM

BASIC = b64encode(f"{SANDBOX_VALUES['ZOOM_CLIENT_ID']}:{SANDBOX_VALUES['ZOOM_CLIENT_SECRET']}".encode()).decode()
TEMPORARY = "Kavya-temporary-99"
LINK = "https://desk.test/set-password/Zm9yLW9uZS10aW1lLXVzZS1vbmx5LTEyMzQ"
SOUND_SECRET = [
    "apiKey",
    "X-Api-Key",
    "access_token",
    "refreshToken",
    "client_secret",
    "password",
    "passcode",
    "start_url",
    "salt",
    "signature",
    "Authorization",
    "private_salt",
    "sessionId",
    "otp",
    "encrypted_passcode",
    "new_kind_of_secret",
    "zak",
]
MAIL = {
    "personalizations": [
        {
            "to": [{"email": "lead@example.com", "name": "Lead"}],
            "substitutions": {"-password-": TEMPORARY, "-link-": LINK},
        }
    ],
    "from": {"email": "desk@example.com"},
    "subject": "Welcome",
    "content": [{"type": "text/plain", "value": f"Your password is {TEMPORARY}: {LINK}"}],
    "attachments": [{"filename": "class.ics", "content": "QkVHSU46VkNBTEVOREFS"}],
    "custom_args": {"delivery_id": "0d0d0d0d-0000-4000-8000-00000000000d"},
}


async def test_a_request_and_its_answer_are_kept(road, world):
    world.status, world.body, world.headers = 422, {"message": "No such thing", "code": 3001}, {"X-Request-Id": "r-1"}
    await road.process().client.post("/v2/meetings?page=2", json={"topic": "Algebra"})
    (row,) = await road.kept()
    assert (row.method, row.path, row.status, row.outcome) == ("POST", "/v2/meetings?page=2", 422, "refused")
    assert json.loads(row.request_body) == {"topic": "Algebra"}
    assert json.loads(row.response_body) == {"message": "No such thing", "code": 3001}
    assert row.response_headers["x-request-id"] == "r-1"
    assert row.duration_ms >= 0
    assert row.response_bytes == len(json.dumps(world.body))


@pytest.mark.parametrize(
    ("error", "outcome"), [(httpx.ConnectError("x"), "unreachable"), (httpx.ReadTimeout("x"), "silent")]
)
async def test_a_request_that_was_never_answered_is_kept_with_its_fault(road, world, error, outcome):
    world.error = error
    with pytest.raises(type(error)):
        await road.process().get()
    (row,) = await road.kept()
    assert (row.outcome, row.status, row.error) == (outcome, None, type(error).__name__)


async def test_of_an_email_the_envelope_is_kept_and_not_what_it_says(road):
    await road.process().client.post("/v3/mail/send", json=MAIL)
    (row,) = await road.kept()
    for secret in (TEMPORARY, LINK, "Your password", "QkVHSU4"):
        assert secret not in row.request_body
    kept = json.loads(row.request_body)
    assert kept["personalizations"][0]["to"][0]["email"] == "lead@example.com"
    assert kept["subject"] == "Welcome"
    assert kept["custom_args"] == MAIL["custom_args"]
    assert kept["content"][0]["value"] == f"({len(MAIL['content'][0]['value'])} characters)"


async def test_no_credential_of_ours_is_kept_wherever_it_stands(road, world):
    """In headers, addresses, JSON, forms, answers, text: as it is, encoded, and under names nobody thought of."""
    world.headers = {"X-Unheard-Of": SANDBOX_VALUES["SENDGRID_API_KEY"]}
    world.body = {"echo": list(SANDBOX_VALUES.values()), "access_token": "eyJhbGciOi.J9.abc", "note": BASIC}
    client = road.process().client
    for name, value in SANDBOX_VALUES.items():
        await client.post(
            f"/v2/{value}/x", params={"q": value}, headers={name: value}, json={"harmless": f"a {value} b"}
        )
        await client.post("/v2/token", data={"grant": value, name: value}, headers={"Authorization": f"Basic {BASIC}"})
        await client.post("/v2/x", content=value.encode(), headers={"Content-Type": "text/plain"})
    rows = await road.kept()
    assert len(rows) == 3 * len(SANDBOX_VALUES)
    everything = " ".join(json.dumps([list(row._asdict().values()) for row in rows], default=str).split())
    for secret in (*SANDBOX_VALUES.values(), BASIC, "eyJhbGciOi"):
        assert secret not in everything
        assert httpx.QueryParams({"q": secret})["q"] not in everything


def test_a_credential_with_quotes_in_it_is_struck_out_of_json_as_well():
    secret = 'quo"ted\\key-ü'
    request = httpx.Request("POST", "https://provider.test/", json={"note": f"with {secret}."})
    exchange = Exchange.of(request, "zoom", datetime.now(UTC), 0.0)
    exchange.answered(httpx.Response(400, headers={"Content-Type": "application/json"}))
    exchange.received(json.dumps({"message": f"{secret} is wrong"}).encode())
    row = Redaction([secret]).row(exchange)
    assert json.loads(row["request_body"]) == {"note": f"with {MASK}."}
    assert json.loads(row["response_body"]) == {"message": f"{MASK} is wrong"}


@pytest.mark.parametrize("name", SOUND_SECRET)
def test_a_field_that_sounds_like_a_secret_is_masked(name):
    assert masked({name: "quite harmless"}, is_request=True) == {name: MASK}
    assert masked({"in": [{name: 123456}]}, is_request=False) == {"in": [{name: MASK}]}


@pytest.mark.parametrize(
    "text", ["SG.aaaaaaaaaaaa.bbbbbbbbbbbb", "see Bearer abcdefghijkl", "eyJ0eXAiOiJKV1Q.eyJzdWIi.c2ln", "f" * 40]
)
def test_a_value_that_looks_like_a_secret_is_masked_under_any_name(text):
    assert text not in str(masked({"remark": f"so {text} there"}, is_request=False))


def test_addresses_lose_their_tokens_and_keep_the_rest():
    assert MASK in address("https://desk.test/webhooks/bolna/short-token")
    assert "short-token" not in address("https://desk.test/webhooks/bolna/short-token")
    assert address("https://zoom.us/j/123?pwd=abc&lang=en") == f"https://zoom.us/j/123?pwd={MASK}&lang=en"
    assert "Zm9y" not in address(LINK)
    assert address("https://user:pass@host.test/x") == "https://host.test/x"


@pytest.mark.parametrize("name", ["transcript", "templateParams", "user_data", "html"])
def test_what_was_said_to_people_is_measured_and_not_kept(name):
    assert "Asha owes" not in str(masked({name: ["Asha owes 500"]}, is_request=False))


async def test_large_bodies_and_files_are_kept_by_their_size_alone(road, world):
    world.body, world.headers = b"\x00\xff" * 100_000, {"Content-Type": "audio/mpeg"}
    await road.process().client.post("/v2/x", json={"text": "x" * 100_000})
    (row,) = await road.kept()
    assert row.request_body == "(100,011 bytes of application/json, not kept)"
    assert row.response_body == "(200,000 bytes of audio/mpeg, not kept)"


async def test_a_null_character_keeps_nothing_from_being_kept(road, world):
    world.body = {"message": "a\x00b"}
    await road.process().get()
    assert len(await road.kept()) == 1


async def test_only_the_newest_of_each_provider_are_kept(database):
    values = "select gen_random_uuid(), %(p)s, now() - make_interval(secs => n), 'GET', '/' || n, 'answered', 1"
    columns = "id, provider, at, method, path, outcome, duration_ms"
    async with database.work(SYSTEM) as work:
        for provider, count in (("zoom", MOST_KEPT + 5), ("bolna", 3)):
            statement = f"insert into provider_requests ({columns}) {values} from generate_series(1, {count}) n"
            await work.run(statement, p=provider)
        assert await forget_requests(work) == 5
        rows = await work.rows("select provider, count(*) from provider_requests group by provider order by provider")
        assert [tuple(row) for row in rows] == [("bolna", 3), ("zoom", MOST_KEPT)]
        newest = f"select count(*) from provider_requests where path = '/1' or path = '/{MOST_KEPT + 1}'"
        assert await work.value(newest) == 2


async def test_success_and_what_is_left_of_the_quota_are_noted_with_the_log(road, world):
    world.headers = {"X-RateLimit-Remaining": "41", "X-RateLimit-Limit": "100", "X-RateLimit-Reset": "60"}
    await road.process().get()
    await road.kept()
    row = await road.row()
    assert row.last_success_at is not None
    assert (row.quota_left, row.quota_limit) == (41, 100)
    assert 50 < (row.quota_resets_at - row.real_now).total_seconds() <= 61


async def test_what_waits_is_written_when_the_process_ends(road):
    process = road.process()
    await process.client.get(f"/{uuid4()}")
    await process.log.close()
    assert len(await road.kept()) == 1
