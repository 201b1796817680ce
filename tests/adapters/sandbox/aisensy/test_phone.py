"""The phones: what a person sees there, and that answering there is answering."""

import re

from tests.adapters.sandbox.aisensy.conftest import ASHA, running
from tests.adapters.sandbox.aisensy.test_campaigns import WITH_LINK
from tests.fixtures._ports import free_port


async def test_a_template_shows_as_a_bubble_with_its_buttons_and_ticks(aisensy):
    await aisensy.send("payment_link", **WITH_LINK)
    page = (await aisensy.client.get(f"/phone/{ASHA}")).text
    assert "Hi Asha, please pay ₹5,000" in page
    assert f'href="{aisensy.settings.base_url}/pay/x1"' in page
    assert "I need more time</button>" in page
    assert "✓✓" in page
    assert "<script>" not in page
    listed = (await aisensy.client.get("/phone")).text
    assert "Asha Rao" in listed
    assert "please pay" in listed


async def test_text_of_a_message_never_becomes_html(aisensy):
    await aisensy.send(templateParams=["<b>Asha</b>", "us", "see https://x.test/?a=1&b=2"])
    page = (await aisensy.client.get(f"/phone/{ASHA}")).text
    assert "&lt;b&gt;Asha&lt;/b&gt;" in page
    assert 'href="https://x.test/?a=1&amp;b=2"' in page


async def test_pressing_a_quick_reply_answers_the_message(aisensy, receiver):
    await aisensy.send("payment_link", **WITH_LINK)
    message = (await aisensy.phone())[0]
    page = (await aisensy.client.get(f"/phone/{ASHA}")).text
    action = re.search(r'action="(/phone/\d+/messages/\w+/replies/1)"', page)[1]
    await receiver.heard(3)
    assert (await aisensy.client.post(action)).status_code == 303
    await receiver.heard(5)
    told = receiver.messages("message.sender.user")[0]
    assert told["message_type"] == "QUICK_REPLY"
    assert told["message_content"] == {"text": "I need more time", "callbackPayload": "I need more time"}
    assert told["context"]["id"] == message["wamid"]
    assert (await aisensy.client.post(action.replace("replies/1", "replies/0"))).status_code == 404


async def test_answering_stop_is_a_message_like_any_other(aisensy, receiver):
    await aisensy.write()
    await receiver.heard(2)
    page = (await aisensy.client.get(f"/phone/{ASHA}")).text
    assert "Answer STOP" in page
    await aisensy.client.post(f"/phone/{ASHA}/messages", data={"text": "STOP"})
    await receiver.heard(4)
    assert receiver.messages("message.sender.user")[1]["message_content"] == {"text": "STOP"}


async def test_who_stops_offers_gets_templates_but_no_marketing(aisensy, receiver):
    await aisensy.send()
    await receiver.heard(3)
    await aisensy.client.post(f"/phone/{ASHA}/marketing")
    await aisensy.send(
        "course_video", templateParams=["A", "B"], media={"url": "https://x.test/v.mp4", "filename": "v"}
    )
    await aisensy.send()
    assert [message["code"] for message in await aisensy.phone()] == [None, 131050, None]
    assert "131050" in (await aisensy.client.get(f"/phone/{ASHA}")).text
    await aisensy.client.post(f"/phone/{ASHA}/marketing")
    await aisensy.send(
        "course_video", templateParams=["A", "B"], media={"url": "https://x.test/v.mp4", "filename": "v"}
    )
    assert (await aisensy.phone())[-1]["code"] is None


async def test_a_customers_picture_is_sent_and_can_be_fetched(aisensy, receiver):
    await aisensy.write()
    await receiver.heard(2)
    files = {"file": ("face.png", b"\x89PNG\r\n", "image/png")}
    await aisensy.client.post(f"/phone/{ASHA}/messages", data={"text": "Me"}, files=files)
    await receiver.heard(4)
    content = receiver.messages("message.sender.user")[1]["message_content"]
    assert (content["mimeType"], content["caption"]) == ("image/png", "Me")
    fetched = await aisensy.client.get(content["url"])
    assert (fetched.content, fetched.headers["Content-Type"]) == (b"\x89PNG\r\n", "image/png")
    assert f'src="/phone/files/{content["url"].rsplit("/", 1)[1]}"' in (await aisensy.client.get(f"/phone/{ASHA}")).text
    assert (await aisensy.client.get("/phone/files/none")).status_code == 404


async def test_a_customers_page_never_runs(aisensy, receiver):
    await aisensy.write()
    files = {"file": ("a.html", b"<script>1</script>", "text/html")}
    await aisensy.client.post(f"/phone/{ASHA}/messages", files=files)
    message = (await aisensy.phone())[-1]
    assert message["message_type"] == "FILE"
    fetched = await aisensy.client.get(message["content"]["url"])
    assert fetched.headers["Content-Type"] == "application/octet-stream"
    assert fetched.headers["Content-Disposition"].startswith("attachment")


async def test_places_and_contacts_can_be_sent(aisensy):
    await aisensy.write()
    place = {"what": "location", "text": "Cafe", "latitude": "18.52", "longitude": "73.85"}
    person = {"what": "contact", "text": "Ravi Shah", "contact_number": "9812300777"}
    for form in (place, person):
        await aisensy.client.post(f"/phone/{ASHA}/messages", data=form)
    page = (await aisensy.client.get(f"/phone/{ASHA}")).text
    assert "Cafe (18.52, 73.85)" in page
    assert "Ravi Shah +919812300777" in page


NOTHING = [
    ({"text": " "}, "empty"),
    ({"what": "location", "text": "x", "latitude": "91", "longitude": "0"}, "nowhere"),
    ({"what": "location", "latitude": "x"}, "nowhere"),
    ({"what": "contact", "text": "Ravi", "contact_number": "1"}, "nobody"),
]


async def test_a_form_without_anything_to_send_says_so(aisensy):
    await aisensy.write()
    for form, why in NOTHING:
        answer = await aisensy.client.post(f"/phone/{ASHA}/messages", data=form)
        assert f"done={why}" in answer.headers["Location"]
        assert 'role="status"' in (await aisensy.client.get(answer.headers["Location"])).text
    assert len(await aisensy.phone()) == 1


async def test_anybody_may_write_first(aisensy, receiver):
    form = {"number": "9812300888", "name": "Ben", "text": "Is there a seat?"}
    answer = await aisensy.client.post("/phone", data=form)
    assert answer.headers["Location"] == "/phone/919812300888?done=written#newest"
    await receiver.heard(2)
    assert receiver.messages("message.sender.user")[0]["userName"] == "Ben"
    assert (
        (await aisensy.client.post("/phone", data={"number": "12", "text": "x"})).headers["Location"].endswith("unsent")
    )


async def test_messages_are_refreshed_only_when_something_changed(aisensy):
    await aisensy.write()
    page = (await aisensy.client.get(f"/phone/{ASHA}")).text
    address = re.search(r'hx-get="([^"]+bubbles[^"]+)"', page)[1]
    assert (await aisensy.client.get(address)).status_code == 204
    await aisensy.write("More")
    refreshed = await aisensy.client.get(address)
    assert refreshed.status_code == 200
    assert "More" in refreshed.text
    assert "<html" not in refreshed.text


async def test_phones_are_searched_and_paged(aisensy):
    for number in range(22):
        await aisensy.write(number=f"98123007{number:02}")
    first = (await aisensy.client.get("/phone")).text
    assert "22 phones" in first
    assert "919812300700" not in first
    assert "919812300700" in (await aisensy.client.get("/phone", params={"page": 2})).text
    assert "919812300721" in (await aisensy.client.get("/phone", params={"q": "+9198123007"})).text
    assert "Nothing matches" in (await aisensy.client.get("/phone", params={"q": "100%"})).text


async def test_a_campaign_taken_back_sends_nothing(aisensy):
    assert "payment_link" in (await aisensy.client.get("/phone/account")).text
    await aisensy.client.post("/phone/account/campaigns/announcement", data={"is_live": "false"})
    assert (await aisensy.send()).json() == {"message": "Campaign is Not Live"}
    await aisensy.client.post("/phone/account/campaigns/announcement", data={"is_live": "true"})
    assert (await aisensy.send()).status_code == 200


async def test_every_page_says_that_this_is_the_sandbox(aisensy):
    for path in ("/phone", "/phone/account", "/phone/919812300999", "/phone/none", "/phone/1/messages/x"):
        answer = await aisensy.client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == (200 if path in ("/phone", "/phone/account") else 404)
        assert "This is the sandbox" in answer.text
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert 'style="' not in answer.text


async def test_another_sites_form_does_nothing(aisensy):
    await aisensy.write()
    for path in (f"/phone/{ASHA}/messages", f"/phone/{ASHA}/marketing", "/phone/account", "/phone.json"):
        answer = await aisensy.client.post(path, data={"text": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
    assert len(await aisensy.phone()) == 1


async def test_messages_survive_a_restart(aisensy):
    await aisensy.send()
    changes = {"sandbox_port": free_port()}
    async with running(aisensy.settings.model_copy(update=changes)) as other:
        assert len(await other.phone()) == 1
