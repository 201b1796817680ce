"""What people do with their own account."""

import re

from domain.accounts.sign_ins import Browser, open_sign_in
from domain.notifications import notify
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, signed_in_browser

PIXEL = (
    "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)
PERSON = "select name, city, timezone, consent_email from people where id = %(id)s"


async def person(services, actor=ASHA):
    async with services.database.work(SYSTEM) as work:
        return await work.row(PERSON, id=actor.id)


async def other_browser(services):
    async with services.database.work(SYSTEM) as work:
        await open_sign_in(work, ASHA.id, Browser("203.0.113.7", PIXEL))
        return await work.value("select id from sign_ins where address = '203.0.113.7'")


async def test_a_profile_is_saved_and_shown(as_student, services):
    form = {"name": "Asha R. Rao", "city": "Pune", "timezone": "Europe/Berlin"}
    assert (await as_student.post("/account", data=form)).headers["location"] == "/account"
    assert (await person(services))[:3] == ("Asha R. Rao", "Pune", "Europe/Berlin")
    assert "Asha R. Rao" in (await as_student.get("/account")).text


async def test_a_zone_that_is_none_is_refused_beside_its_field_and_nothing_typed_is_lost(as_student, services):
    answer = await as_student.post("/account", data={"name": "Asha Changed", "timezone": "Mars/Olympus"})
    assert answer.status_code == 422
    assert "Asha Changed" in answer.text
    assert "field-timezone-error" in answer.text
    assert (await person(services)).name == "Asha Rao"


async def test_a_name_of_two_lines_is_refused(as_student):
    form = {"name": "Asha\r\nBcc: x@example.test", "timezone": "Asia/Kolkata"}
    assert (await as_student.post("/account", data=form)).status_code == 422


async def test_switching_news_off_unsubscribes_the_address_and_on_takes_it_back(as_student, services):
    suppressed = "select count(*) from email_suppressions where email = %(email)s"
    for form, consent, count in (({}, False, 1), ({"by_email": "on"}, True, 0)):
        await as_student.post("/account/news", data=form)
        assert (await person(services)).consent_email is consent
        async with services.database.work(SYSTEM) as work:
            assert await work.value(suppressed, email=ASHA.email) == count


async def test_a_student_chooses_how_to_hear_of_classes_and_admins_see_it(as_student, as_admin):
    admins_page = f"/admin/students/{ASHA.id}"
    assert (await as_student.post("/account/class-news", data={"whatsapp": "on"})).status_code == 303
    text = (await as_student.get("/account")).text
    assert re.search(r'id="field-whatsapp"[^>]* checked', text)
    assert not re.search(r'id="field-email"[^>]* checked', text)
    assert re.search(r"Hears of classes by</dt>\s*<dd[^>]*>\s*WhatsApp\s*<", (await as_admin.get(admins_page)).text)
    answer = await as_student.post("/account/class-news", data={})
    assert (answer.status_code, "Choose at least one" in answer.text) == (422, True)
    assert re.search(r'id="field-whatsapp"[^>]* checked', (await as_student.get("/account")).text)
    assert "News of your classes" not in (await as_admin.get("/account")).text


async def test_my_sign_ins_name_the_browsers_and_mark_this_one(as_student, services):
    await other_browser(services)
    text = (await as_student.get("/account/sign-ins")).text
    assert "Chrome on Android" in text
    assert "203.0.113.7" in text
    assert text.count("This browser") == 1


async def test_one_browser_can_be_signed_out(as_student, services):
    await as_student.post(f"/account/sign-ins/{await other_browser(services)}/revocation")
    text = (await as_student.get("/account/sign-ins")).text
    assert "Chrome on Android" not in text


async def test_nobody_signs_out_anothers_browser(as_outsider, as_student, services):
    answer = await as_outsider.post(f"/account/sign-ins/{await other_browser(services)}/revocation")
    assert answer.status_code == 404
    assert "Chrome on Android" in (await as_student.get("/account/sign-ins")).text


async def test_signing_out_all_others_keeps_this_one(as_student, app, services):
    async with signed_in_browser(app, ASHA) as other:
        await as_student.post("/account/sign-ins/others/revocation")
        assert (await other.get("/account")).status_code == 303
    assert (await as_student.get("/account")).status_code == 200


async def test_signing_out_ends_the_sign_in_itself_and_not_only_the_cookie(as_student):
    kept = dict(as_student.cookies)
    assert (await as_student.post("/sign-out")).headers["location"] == "/sign-in"
    for name, value in kept.items():
        as_student.cookies.set(name, value, domain=as_student.base_url.host)
    assert (await as_student.get("/account")).headers["location"].startswith("/sign-in")


async def test_an_opened_notification_leads_on_and_is_read(as_admin, services):
    async with services.database.work(SYSTEM) as work:
        await notify(work, BEN.id, "application", "Asha applied", url="/admin/applications")
        notification_id = await work.value("select id from notifications")
    assert "Asha applied" in (await as_admin.get("/admin/notifications?show=unread")).text
    answer = await as_admin.get(f"/admin/notifications/{notification_id}")
    assert answer.headers["location"] == "/admin/applications"
    assert "Asha applied" not in (await as_admin.get("/admin/notifications?show=unread")).text
