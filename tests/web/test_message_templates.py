"""The texts of e-mails and WhatsApp templates as an admin's browser sees them."""

import re

from adapters.email_templates import JinjaMessageRenderer
from bench.round_trips import counted
from domain.messaging.showing import find_delivery, render_email
from domain.messaging.whatsapp.versions import COLUMNS
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN

PAGE = "/admin/templates/welcome"
BODY = "Dear {{first_name}},\n\nyour password: {{temporary_password}}"


def typed(**changes):
    return {"subject": "Welcome to {{course_title}}", "body": BODY, "seen": "0", "who": ""} | changes


async def test_a_text_is_tried_out_saved_seen_in_the_list_and_brought_back(as_admin, work_as):
    wrong = await as_admin.post(PAGE, data=typed(body="Dear {{first_nam}}, kept"))
    assert wrong.status_code == 422
    assert "{{first_nam}} cannot be filled here" in wrong.text
    assert "Dear {{first_nam}}, kept</textarea>" in wrong.text
    preview = await as_admin.post(f"{PAGE}/preview", data=typed(who=ASHA.email, body=BODY + "\n\n<script>x"))
    assert "As Asha" in preview.text
    assert "abcd-efgh-ijkl" in preview.text
    assert "<script>" not in preview.text
    assert "sandbox" in preview.headers["content-security-policy"]
    form_token = re.search(r'name="form_token" value="([^"]+)"', (await as_admin.get(PAGE)).text)[1]
    trial = typed(who=ASHA.email, body=BODY + "\n\nNot saved", form_token=form_token)
    pressed = [await as_admin.post(f"{PAGE}/trial", data=trial) for _press in range(2)]
    assert [answer.status_code for answer in pressed] == [303, 303]
    tried = await as_admin.get(pressed[1].headers["location"])
    assert "A test is on its way to you" in tried.text
    assert "Not saved</textarea>" in tried.text
    async with work_as(SYSTEM) as work:
        (planned,) = await work.rows("select id from deliveries")
        delivery = await find_delivery(work, planned.id)
        email = await render_email(work, delivery, JinjaMessageRenderer(), "http://here")
    assert (delivery.kind, delivery.to_address) == ("test", BEN.email)
    assert "Not saved" in email.text
    assert "Dear Asha" in email.text

    assert (await as_admin.post(PAGE, data=typed())).headers["location"] == "/admin/templates"
    assert "Yours, version 1" in (await as_admin.get("/admin/templates")).text
    late = await as_admin.post(PAGE, data=typed(subject="Late"))
    assert late.status_code == 422
    assert "Somebody has changed this text meanwhile" in late.text
    assert 'value="Late"' in late.text
    assert re.search(r'name="seen" value="1"', late.text)
    assert (await as_admin.post(PAGE, data=typed(subject="Late", seen="1"))).status_code == 303
    assert "Dear {{first_name}}" in (await as_admin.get(f"{PAGE}/versions/1")).text
    assert (await as_admin.post(f"{PAGE}/versions/1/restoration", data={"seen": "2"})).status_code == 303
    assert "As version 1" in (await as_admin.get(PAGE)).text
    assert (await as_admin.post(f"{PAGE}/reset", data={"seen": "3"})).status_code == 303
    assert "Reset to the default" in (await as_admin.get(PAGE)).text
    assert (await as_admin.post(f"{PAGE}/reset", data={"seen": "3"})).status_code == 409
    assert (await as_admin.get("/admin/templates/set_password")).status_code == 404


async def test_the_pages_of_texts_cost_few_round_trips(app, as_admin):
    for address, most in (("/admin/templates", 4), (PAGE, 5)):
        async with counted(app) as database:
            assert (await as_admin.get(address)).status_code == 200
            assert database.round_trips <= most, address


async def test_a_whatsapp_template_is_read_as_somebody_sent_to_a_number_and_its_history_kept(as_admin, work_as):
    async with work_as(SYSTEM) as work:
        template_id = await work.value("select id from whatsapp_templates where campaign = 'recording_ready'")
    here = f"/admin/whatsapp/templates/{template_id}"
    shown = await as_admin.get(f"{here}/trial?who={ASHA.email}")
    assert "Hi Asha, the recording of" in shown.text
    form = {
        "to": "98765",
        "param_1": "Asha",
        "param_2": "Joins",
        "link_1": "x",
        "form_token": re.search(r'name="form_token" value="([^"]+)"', shown.text)[1],
    }
    refused = await as_admin.post(f"{here}/trial", data=form)
    assert "valid phone number" in refused.text
    assert 'value="98765"' in refused.text
    for _press in range(2):
        assert (await as_admin.post(f"{here}/trial", data=form | {"to": "98765 43210"})).status_code == 303
    async with work_as(SYSTEM) as work:
        (planned,) = await work.rows("select * from deliveries")
    assert (planned.kind, planned.to_address, planned.params["params"]) == ("test", "+919876543210", ["Asha", "Joins"])
    edit = (await as_admin.get(f"{here}/edit")).text
    fields = dict(re.findall(r'<input[^>]*? name="(title|campaign|language|price|seen)"[^>]*? value="([^"]*)"', edit))
    assert "1 automation sends this" in edit
    assert "each one of: “First name”, “Class title”" in edit
    change = {"category": "utility", "body": "Hi {{1}}: {{2}}", "labels": "First name\nClass", **fields, "seen": "0"}
    change |= {"buttons": "link: Watch"}
    wrong = await as_admin.post(f"{here}/edit", data=change | {"labels": "Naam\nKab"})
    assert (wrong.status_code, "“Recording of the class” does not know “Naam”." in wrong.text) == (422, True)
    assert "Recording of the class" in (await as_admin.post(f"{here}/activation", data={"is_active": "no"})).text
    assert (await as_admin.post(f"{here}/edit", data=change)).status_code == 303
    assert "Somebody has changed this template" in (await as_admin.post(f"{here}/edit", data=change)).text
    assert "As it was at first" in (await as_admin.get(f"{here}/versions")).text
    assert (await as_admin.post(f"{here}/reset", data={"seen": "2"})).status_code == 303
    assert "Version 3" in (await as_admin.get(f"{here}/versions")).text
    # What the automation could not fill is not brought back either.
    old = COLUMNS.replace("param_labels", "array['Naam', 'Kab']")
    async with work_as(SYSTEM) as work:
        await work.run(
            f"insert into whatsapp_template_versions (template_id, version, {COLUMNS}, created_at)"
            f" select template_id, 4, {old}, now()"
            " from whatsapp_template_versions where version = 1"
        )
    gone = await as_admin.post(f"{here}/versions/4/restoration", data={"seen": "4"})
    assert (gone.status_code, "does not know “Naam”" in gone.text) == (422, True)
