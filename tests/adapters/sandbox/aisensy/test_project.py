"""The Project API: the 24-hour window, read receipts, contacts, templates and campaigns."""

import psycopg

from tests.adapters.sandbox.aisensy.conftest import ASHA


def text(body="Hi", to=ASHA, **fields):
    return {"to": to, "type": "text", "recipient_type": "individual", "text": {"body": body}, **fields}


async def test_free_text_goes_only_while_the_customers_window_is_open(aisensy, receiver):
    refused = await aisensy.project("POST", "/messages", text())
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == 131047
    await aisensy.write()
    await receiver.heard(2)
    taken = await aisensy.project("POST", "/messages", text("Hello Asha"))
    assert taken.status_code == 200
    assert taken.json()["contacts"] == [{"input": ASHA, "wa_id": ASHA}]
    wamid = taken.json()["messages"][0]["id"]
    assert wamid.startswith("wamid.")
    await receiver.heard(5)
    told = [m for m in receiver.messages("message.status.updated") if m["messageId"] == wamid]
    assert sorted(m["status"] for m in told) == ["DELIVERED", "READ", "SENT"]
    assert {(m["campaign"], m["is_HSM"], m["submitted_message_id"]) for m in told} == {(None, False, "")}


async def test_the_window_closes_a_day_after_the_customer_wrote(aisensy, database_url):
    await aisensy.write()
    aged = "update sandbox.aisensy_contacts set last_wrote_at = last_wrote_at - interval '24 hours'"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(aged)
    assert (await aisensy.project("POST", "/messages", text())).json()["error"]["code"] == 131047


REFUSED = [
    ({}, 131009),
    (text(""), 131008),
    (text("x" * 4097), 100),
    ({"to": ASHA, "type": "poll", "poll": {}}, 131051),
    ({"to": ASHA, "type": "image", "image": {"link": "ftp://x"}}, 131008),
    ({"to": "12", "type": "text", "text": {"body": "x"}}, 131009),
]


async def test_what_does_not_fit_is_refused_in_metas_words(aisensy):
    await aisensy.write()
    for body, code in REFUSED:
        answer = await aisensy.project("POST", "/messages", body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, code), body


async def test_only_the_projects_password_opens_it(aisensy):
    wrong = await aisensy.project("GET", "/wa_template/", password="x")
    assert (wrong.status_code, wrong.json()) == (401, {"name": "ERR401", "message": "Invalid password"})
    other = await aisensy.client.get("/aisensy/project-apis/v1/project/000/wa_template/")
    assert other.status_code == 404


async def test_reading_and_typing_show_on_the_phone(aisensy):
    wamid = (await aisensy.write("Anybody there?"))["wamid"]
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    assert (await aisensy.project("POST", "/messages", body)).json() == {"success": True}
    assert "typing…" not in (await aisensy.client.get(f"/phone/{ASHA}")).text
    await aisensy.project("POST", "/messages", body | {"typing_indicator": {"type": "text"}})
    page = (await aisensy.client.get(f"/phone/{ASHA}")).text
    assert "typing…" in page
    assert "✓✓" in page
    unknown = await aisensy.project("POST", "/messages", body | {"message_id": "wamid.x"})
    assert unknown.json()["error"]["code"] == 100


async def test_contacts_are_made_and_found(aisensy):
    missing = await aisensy.project("GET", f"/contact?action=FetchContact&mobile_number={ASHA}")
    assert (missing.status_code, missing.json()["message"]) == (404, "Contact not found")
    made = await aisensy.project("POST", "/contact", {"name": "Asha", "mobile_number": "9812300555"})
    assert made.json()["phone_number"] == ASHA
    found = await aisensy.project("GET", f"/contact?action=FetchContact&mobile_number=+{ASHA}")
    assert found.json()["id"] == made.json()["id"]


async def test_templates_and_campaigns_are_made_used_and_removed(aisensy):
    listed = (await aisensy.project("GET", "/wa_template/?limit=100&skip=0")).json()["template"]
    assert {"payment_link", "class_reminder", "certificate_ready"} <= {one["name"] for one in listed}
    assert next(one for one in listed if one["name"] == "payment_link")["total_parameters"] == 4
    components = [{"type": "BODY", "text": "See you, {{1}}"}]
    body = {"name": "see_you", "language": "en", "category": "UTILITY", "components": components}
    assert (await aisensy.project("POST", "/wa_template/", body)).json()["status"] == "APPROVED"
    assert (await aisensy.project("POST", "/wa_template/", body)).status_code == 400
    made = await aisensy.project("POST", "/campaign/api", {"template_name": "see_you", "campaign_name": "bye"})
    assert made.status_code == 200
    assert "bye" in [
        c["name"] for c in (await aisensy.project("POST", "/campaigns", {"limit": 50})).json()["campaigns"]
    ]
    sent = {"campaign_name": "bye", "phone_number": ASHA, "template_params": ["Asha"]}
    assert (await aisensy.project("POST", "/campaign/api/send", sent)).json()["success"] == "true"
    message = (await aisensy.phone())[0]
    assert message["content"]["text"] == "See you, Asha"
    assert (await aisensy.project("GET", f"/messages/{message['wamid']}")).json()["id"] == message["message_id"]
    assert (await aisensy.project("DELETE", "/wa_template/see_you")).json() == {"success": True}
    assert (await aisensy.send("bye", templateParams=["Asha"])).json() == {"message": "Campaign does not exist."}


BODY = [{"type": "BODY", "text": "x"}]
NOT_TEMPLATES = [
    {"name": "Bad Name", "category": "UTILITY", "components": BODY},
    {"name": "ok", "category": "OTHER", "components": BODY},
    {"name": "ok", "category": "UTILITY", "components": [{"type": "FOOTER", "text": "x"}]},
    {"name": "ok", "category": "UTILITY", "components": "x"},
]


async def test_a_template_that_whatsapp_would_not_take_is_refused(aisensy):
    for body in NOT_TEMPLATES:
        assert (await aisensy.project("POST", "/wa_template/", body)).json()["error"]["code"] == 100, body
