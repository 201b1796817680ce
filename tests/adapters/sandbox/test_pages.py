"""The sandbox's pages: what a person sees, and that opening and clicking there is opening and clicking."""

import asyncio
import re

import pytest

from tests.adapters.sandbox.conftest import mail, until

HTML = (
    '<html><head><title>x</title></head><body><p>Hi -name-</p><a href="https://x.test/apply?a=1&amp;b=-name-">Apply</a>'
    '<a clicktracking="off" href="https://x.test/plain">Plain</a><img src="cid:logo"><script>alert(1)</script></body></html>'
)
PICTURE = {
    "content": "iVBORw0KGgo=",
    "type": "image/png",
    "filename": "logo é.png",
    "content_id": "logo",
    "disposition": "inline",
}
AS_BROWSER = {"Accept": "text/html"}
PAPER = {"content": "aGVsbG8=", "type": "text/html", "filename": '../a"b.html'}


async def received(sandbox, **changes):
    body = mail("asha@example.com", subject="Hi -name-", **changes)
    body["content"] = [{"type": "text/plain", "value": "Hi -name-"}, {"type": "text/html", "value": HTML}]
    body["personalizations"][0] |= {"substitutions": {"-name-": "<Asha>"}, "headers": {"X-Campaign": "c1"}}
    assert (await sandbox.send(body)).status_code == 202
    return (await sandbox.messages())[0]


async def test_the_mailbox_lists_searches_and_pages(sandbox):
    await sandbox.send(mail(*(f"lead{number}@example.com" for number in range(45))))
    await received(sandbox)
    first = (await sandbox.client.get("/mailbox")).text
    assert first.index("Hi &lt;Asha&gt;") < first.index("lead44@example.com")
    assert "46 messages" in first
    assert "lead20@" not in first
    assert "lead20@" in (await sandbox.client.get("/mailbox", params={"page": 2})).text
    found = (await sandbox.client.get("/mailbox", params={"q": "lead7@"})).text
    assert "lead7@" in found
    assert "lead8@" not in found
    assert "Nothing matches" in (await sandbox.client.get("/mailbox", params={"q": "100%"})).text
    for page in ("0", "-1", "x", "99999999999999999999", "9999"):
        assert (await sandbox.client.get("/mailbox", params={"page": page})).status_code == 200


async def test_a_message_shows_its_text_headers_events_and_attempts(sandbox, house):
    message = await received(sandbox, attachments=[PICTURE, PAPER], categories=["cta"])
    await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("asha@example.com")))
    address = f"/mailbox/{message['id']}"
    shown = await until(lambda: _text_with(sandbox, address, "Answered 200"))
    for part in ("Hi &lt;Asha&gt;", "X-Campaign", "d-0", "Delivered", "logo é.png", "cta", "hello@gurudesk.test"):
        assert part in shown
    assert "<script>alert" not in shown


async def _text_with(sandbox, address, words):
    text = (await sandbox.client.get(address)).text
    return text if words in text else None


async def test_seeing_the_html_opens_the_email_and_its_links_count(sandbox, house):
    message = await received(sandbox, attachments=[PICTURE])
    view = await sandbox.client.get(f"/mailbox/{message['id']}/html", headers={"User-Agent": "Phone"})
    assert "sandbox allow-popups" in view.headers["Content-Security-Policy"]
    assert "default-src 'none'" in view.headers["Content-Security-Policy"]
    assert f'src="/mailbox/{message["id"]}/attachments/0"' in view.text
    assert 'href="https://x.test/plain"' in view.text
    link = re.search(r'href="(/click/[^"]+)"', view.text)[1]
    followed = await sandbox.client.get(link)
    assert (followed.status_code, followed.headers["Location"]) == (302, "https://x.test/apply?a=1&b=<Asha>")

    await until(lambda: asyncio.sleep(0, {"open", "click"} <= house.kinds("asha@example.com")))
    opened, clicked = (next(e for e in house.events if e["event"] == kind) for kind in ("open", "click"))
    assert (opened["useragent"], opened["sg_machine_open"], opened["delivery_id"]) == ("Phone", False, "d-0")
    assert clicked["url"] == "https://x.test/apply?a=1&b=<Asha>"
    assert (await sandbox.messages())[0]["status"] == "click"


async def test_without_tracking_nothing_is_counted(sandbox):
    settings = {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}}
    message = await received(sandbox, tracking_settings=settings)
    view = await sandbox.client.get(f"/mailbox/{message['id']}/html")
    assert "/click/" not in view.text
    assert {event["kind"] for event in (await sandbox.messages())[0]["events"]} == {"processed", "delivered"}


async def test_what_bounced_was_never_opened(sandbox):
    await sandbox.send(mail("bounce@example.com"))
    message = (await sandbox.messages())[0]
    await sandbox.client.get(f"/mailbox/{message['id']}/html")
    assert (await sandbox.messages())[0]["status"] == "bounce"


async def test_attachments_come_back_byte_for_byte_and_never_run(sandbox):
    message = await received(sandbox, attachments=[PICTURE, PAPER])
    picture = await sandbox.client.get(f"/mailbox/{message['id']}/attachments/0")
    paper = await sandbox.client.get(f"/mailbox/{message['id']}/attachments/1")
    assert picture.content == b"\x89PNG\r\n\x1a\n"
    assert picture.headers["Content-Type"] == "image/png"
    assert paper.content == b"hello"
    assert paper.headers["Content-Type"] == "application/octet-stream"
    assert paper.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''..%2Fa%22b.html")
    assert (await sandbox.client.get(f"/mailbox/{message['id']}/attachments/2")).status_code == 404


async def test_events_can_be_posted_again_under_the_same_ids(sandbox, house):
    message = await received(sandbox)
    await until(lambda: asyncio.sleep(0, "delivered" in house.kinds("asha@example.com")))
    house.posts.clear()
    answer = await sandbox.client.post(f"/mailbox/{message['id']}/events")
    assert answer.headers["Location"] == f"/mailbox/{message['id']}?done=posted"
    await until(lambda: asyncio.sleep(0, house.posts))
    assert {event["sg_event_id"] for event in house.events} == {
        event["event_id"] for event in (await sandbox.messages())[0]["events"]
    }


async def test_reporting_spam_is_told_and_remembered(sandbox, house):
    message = await received(sandbox)
    await sandbox.client.post(f"/mailbox/{message['id']}/spam")
    await until(lambda: asyncio.sleep(0, "spamreport" in house.kinds("asha@example.com")))
    await sandbox.send(mail("asha@example.com"))
    assert (await sandbox.messages())[0]["status"] == "dropped"


async def test_one_click_unsubscribes_at_our_own_house_only(sandbox, house):
    for base, said in ((sandbox.settings.base_url, "unsubscribed"), ("https://elsewhere.test", "elsewhere")):
        body = mail("asha@example.com")
        headers = {"List-Unsubscribe": f"<{base}/u/1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        body["personalizations"][0]["headers"] = headers
        await sandbox.send(body)
        message = (await sandbox.messages())[0]
        assert "Unsubscribe</button>" in (await sandbox.client.get(f"/mailbox/{message['id']}")).text
        answer = await sandbox.client.post(f"/mailbox/{message['id']}/unsubscription")
        assert answer.headers["Location"].endswith(f"done={said}")
    assert b"List-Unsubscribe=One-Click" in house.posts


@pytest.mark.parametrize(
    "path", ["/", "/mailbox", "/journal", "/nothing", "/mailbox/999", "/mailbox/999/html", "/journal/999"]
)
async def test_every_page_says_that_this_is_the_sandbox(sandbox, path):
    answer = await sandbox.client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == (200 if path in ("/", "/mailbox", "/journal") else 404)
    assert "This is the sandbox" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert 'style="' not in answer.text


async def test_the_journal_shows_requests_and_their_answers(sandbox):
    await sandbox.send(mail("asha@example.com"))
    index = (await sandbox.client.get("/journal", headers=AS_BROWSER)).text
    entry = re.search(r'href="(/journal/\d+)"', index)[1]
    shown = (await sandbox.client.get(entry)).text
    assert "asha@example.com" in shown
    assert "[redacted]" in shown
    assert "sandbox-secret" not in shown


@pytest.mark.parametrize("path", ["/faults", "/faults.json", "/mailbox/1/spam"])
async def test_another_sites_form_does_nothing(sandbox, path):
    answer = await sandbox.client.post(path, json={"kind": "503"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert (await sandbox.client.get("/faults.json")).json() == []


async def test_links_lead_nowhere_but_where_the_email_says(sandbox):
    message = await received(sandbox)
    view = (await sandbox.client.get(f"/mailbox/{message['id']}/html")).text
    link = re.search(r'href="(/click/[^"]+)/0"', view)[1]
    assert (await sandbox.client.get(f"{link}/1")).status_code == 404
    assert (await sandbox.client.get("/click/00000000-0000-4000-8000-000000000000/0")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/mailbox", "/mailbox.json", "/journal", "/health/live"])
async def test_the_sandbox_answers_to_no_other_name_than_this_machines(sandbox, path):
    assert (await sandbox.client.get(path)).status_code == 200
    assert (await sandbox.client.get(path, headers={"Host": "localhost:1"})).status_code == 200
    assert (await sandbox.client.get(path, headers={"Host": "elsewhere.example"})).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/sendgrid/v3/mail/send", "/aisensy/campaign/t1/api/v2", "/instamojo/api/1.1/payment-requests/", "/bolna/call",
        "/zoom/oauth/token",
    ],
)  # fmt: skip
async def test_no_provider_answers_to_another_name_and_says_so_in_its_manner(sandbox, path):
    answer = await sandbox.client.post(path, headers={"Host": "elsewhere.example"}, json={})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("application/json")
    assert "orbidden" in answer.text
    assert (await sandbox.client.post(path, json={})).status_code != 403 or "orbidden" not in answer.text
