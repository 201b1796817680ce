"""Settings, errors, the audit log and the search, as admins use them."""

from adapters.postgres.error_log import ErrorLog
from domain.messaging.contact_rules import read_rules
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN

ACTIONS = "select action from audit_logs order by at, sequence"


async def actions(services):
    async with services.database.work(SYSTEM) as work:
        return [row.action for row in await work.rows(ACTIONS)]


async def load_demo(services):
    async with services.database.work(SYSTEM) as work:
        await work.run("update business_settings set value = 'true' where key = 'demo_loaded'")


async def test_a_new_business_name_stands_on_every_page(as_admin, client, services):
    await as_admin.post("/admin/settings/name", data={"name": "Sitara <Academy>"})
    assert "Sitara &lt;Academy&gt;" in (await client.get("/sign-in")).text
    assert await actions(services) == ["business.renamed"]


async def test_pausing_is_said_recorded_and_undone_once(as_admin, services):
    for path in ("/admin/settings/pause", "/admin/settings/pause", "/admin/settings/pause/end"):
        assert (await as_admin.post(path)).status_code == 303
    assert await actions(services) == ["sending.paused", "sending.resumed"]


async def test_demo_data_is_removed_after_the_word_was_typed_and_only_by_an_owner(as_owner, as_admin, services):
    await load_demo(services)
    assert (await as_admin.post("/admin/settings/demo/removal", data={"word": "remove"})).status_code == 403
    refused = await as_owner.post("/admin/settings/demo/removal", data={"word": "yes"})
    assert refused.status_code == 422
    assert "Type remove to confirm." in refused.text
    assert (await as_owner.post("/admin/settings/demo/removal", data={"word": "Remove"})).status_code == 303
    async with services.database.work(SYSTEM) as work:
        assert await work.value("select count(*) from automation_steps where kind = 'remove_demo'") == 1
    assert "is being removed" in (await as_owner.get("/admin/settings")).text
    assert (await as_owner.post("/admin/settings/demo/removal", data={"word": "remove"})).status_code == 409


async def test_a_demo_owner_is_warned_of_locking_themselves_out(as_owner, services):
    await load_demo(services)
    warning = "which goes, too"
    assert warning not in (await as_owner.get("/admin/settings")).text
    async with services.database.work(SYSTEM) as work:
        await work.run("update people set is_demo = true")
    assert warning in (await as_owner.get("/admin/settings")).text


async def remember_error(services, reference):
    log = ErrorLog(services.database)
    try:
        raise ValueError("secret of asha@example.test")
    except ValueError as error:
        log.remember(reference=reference, component="web", error=error, method="GET", path="/admin/leads")
    await next(iter(log._tasks))


async def test_an_error_is_found_by_its_reference_shows_its_trace_and_is_cleared(as_admin, services):
    for reference in ("ab12cd34", "ffff0000"):
        await remember_error(services, reference)
    page = (await as_admin.get("/admin/errors?q=AB12CD34")).text
    assert "ab12cd34" in page
    assert "ffff0000" not in page
    async with services.database.work(SYSTEM) as work:
        error_id = await work.value("select id from error_logs where reference = 'ab12cd34'")
    shown = (await as_admin.get(f"/admin/errors/{error_id}")).text
    assert "remember_error" in shown
    assert ASHA.email not in shown
    await as_admin.post(f"/admin/errors/{error_id}/clearing")
    assert "ffff0000" in (await as_admin.get("/admin/errors")).text
    await as_admin.post("/admin/errors/clearing")
    assert "No errors" in (await as_admin.get("/admin/errors")).text
    assert await actions(services) == ["error.cleared", "errors.cleared"]


async def test_the_audit_log_is_filtered_by_who_what_and_when(as_admin, as_owner):
    await as_admin.post("/admin/settings/pause")
    await as_owner.post("/admin/settings/pause/end")
    for query, shown, hidden in (
        (f"actor={BEN.id}", "Sending paused</span>", "Sending resumed</span>"),
        ("action=sending.resumed", "Sending resumed</span>", "Sending paused</span>"),
    ):
        text = (await as_admin.get(f"/admin/audit?{query}")).text
        assert shown in text
        assert hidden not in text
    assert "Nothing matches" in (await as_admin.get("/admin/audit?until=2001-01-01")).text
    assert (await as_admin.get("/admin/audit?actor=x&since=y&page=z")).status_code == 200


async def test_a_person_is_found_from_anywhere_as_a_fragment_and_as_a_page(as_admin):
    partial = await as_admin.get("/admin/search?q=asha", headers={"HX-Request-Type": "partial"})
    assert 'role="option"' in partial.text
    assert "<html" not in partial.text
    assert ASHA.email in (await as_admin.get("/admin/search?q=asha%40example")).text
    assert "Nobody found" in (await as_admin.get("/admin/search?q=%25%25")).text


async def test_quiet_hours_are_changed_and_half_of_them_is_told(as_admin, work_as):
    rules = {"whatsapp_from": "22:00", "whatsapp_until": "08:00", "call_from": "", "call_until": ""}
    rules |= {"email_from": "22:30", "email_until": "07:00", "marketing_a_day": "2", "call_price": "4.50"}
    half = await as_admin.post("/admin/settings/contact-rules", data=rules | {"call_from": "20:00"})
    assert half.status_code == 422
    assert "field-call_until-error" in half.text
    assert (await as_admin.post("/admin/settings/contact-rules", data=rules)).status_code == 303
    async with work_as(SYSTEM) as work:
        kept = await read_rules(work)
    assert kept.quiet_hours == {"email": ("22:30", "07:00"), "whatsapp": ("22:00", "08:00"), "call": ("", "")}
    assert (kept.marketing_a_day, kept.call_paise_a_minute) == (2, 450)
