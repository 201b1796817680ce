"""The review queue in the browser of an admin."""

import re
from dataclasses import replace
from html import unescape

import pytest

from domain.automation.changing import change_rule
from domain.automation.rule_states import find_rule
from domain.work import SYSTEM
from tests.fixtures.applicants import ARJUN, MEERA, ROHIT

PANEL = {"HX-Request": "true", "HX-Request-Type": "partial"}
QUEUE = "/admin/applications"


@pytest.fixture
async def rohit(applies, cast):
    return await applies(ROHIT)


@pytest.fixture
def approval(catalogue):
    return {"version": "1", "batch": str(catalogue.batch_id)}


async def status_of(database, application_id):
    async with database.work(SYSTEM) as work:
        return await work.value("select status from cta_submissions where id = %(id)s", id=application_id)


async def test_the_queue_shows_tabs_with_counts_and_who_applied(as_admin, rohit):
    page = (await as_admin.get(QUEUE)).text
    assert "Rohit Deshmukh" in page
    assert "rohit@example.com" in page
    assert re.search(r'New <span class="count">1</span>', page)
    assert "Nothing matches" in (await as_admin.get(f"{QUEUE}?q=nobody")).text


async def test_an_empty_queue_says_what_will_come(as_admin):
    assert "No applications yet" in (await as_admin.get(QUEUE)).text


@pytest.mark.parametrize("query", ["page=0", "page=x", "course=x", "state=x", "sort=x", "page=999999999999"])
async def test_an_address_that_makes_no_sense_shows_the_list(as_admin, rohit, query):
    assert (await as_admin.get(f"{QUEUE}?{query}")).status_code == 200


async def test_the_side_panel_is_a_fragment_of_the_page_of_the_application(as_admin, rohit):
    page = (await as_admin.get(f"{QUEUE}/{rohit}")).text
    panel = (await as_admin.get(f"{QUEUE}/{rohit}", headers=PANEL)).text
    for text in ("Rohit Deshmukh", "To learn.", "2 places left", "Batch 7"):
        assert text in page
        assert text in panel
    assert "<html" in page
    assert "<html" not in panel


async def test_before_approving_it_says_what_is_asked_for_and_what_goes_out_by_which_way(
    as_admin, applies, catalogue, database, cast
):
    async with database.work(SYSTEM) as work:
        await work.run("update batches set instalments = 3")
        state = await find_rule(work, "approval_call")
        await change_rule(work, state.key, 1, state.settings, is_on=True)
    rohit, meera = await applies(ROHIT), await applies(MEERA)
    said = said_by((await as_admin.get(f"{QUEUE}/{rohit}")).text)
    assert "₹30,000 is asked for, in 3 parts: ₹10,000 by" in said
    assert "by e-mail to rohit@example.com: their account with the sign-in details" in said
    for line in (
        "Welcome by WhatsApp: WhatsApp",
        "Welcome by a call (2 hours after they were approved): Call",
        "Request to pay: E-mail, WhatsApp",
        "Reminder of the first payment (3 days after they were approved): E-mail, WhatsApp",
        "Unpaid: needs attention (7 days after they were approved): No message",
    ):
        assert line in said, said
    assert "Welcome by WhatsApp: nothing · has not agreed to WhatsApp" in said_by(
        (await as_admin.get(f"{QUEUE}/{meera}")).text
    )
    async with database.work(SYSTEM) as work:
        state = await find_rule(work, "approval_payment")
        await change_rule(work, state.key, 1, state.settings, is_on=False)
    said = said_by((await as_admin.get(f"{QUEUE}/{rohit}")).text)
    assert "₹30,000, which is not asked for by itself. The automation that asks for it is switched off." in said
    assert "Reminder of the first payment" not in said
    many = await as_admin.post(f"{QUEUE}/decisions/new", data={"action": "approve", "id": [str(rohit), str(meera)]})
    assert "Welcome by WhatsApp: WhatsApp" in said_by(many.text)


def said_by(page: str) -> str:
    """Return the words of what approving brings about."""
    section = page[page.index('aria-labelledby="consequences"') :].split(">", 1)[1].split("</section>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", section)).split()).replace(" , ", ", ").replace(" :", ":")


async def test_the_panel_tells_the_persons_history(as_admin, rohit, approval, applies):
    await as_admin.post(f"{QUEUE}/{rohit}/approval", data=approval)
    again = await applies(ROHIT)
    page = (await as_admin.get(f"{QUEUE}/{again}")).text
    for text in ("Enrolled in Data Analytics", "Applied to Data Analytics", "Welcome with sign-in details", "waiting"):
        assert text in page


async def test_approving_goes_on_to_the_next_application(as_admin, rohit, applies, approval, database):
    meera = await applies(MEERA)
    answer = await as_admin.post(f"{QUEUE}/{rohit}/approval?state=new", data={**approval, "next": str(meera)})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{QUEUE}/{meera}?state=new")
    assert await status_of(database, rohit) == "approved"


async def test_in_the_panel_the_next_application_comes_as_a_fragment_with_a_message(
    as_admin, rohit, applies, approval, database
):
    meera = await applies(MEERA)
    answer = await as_admin.post(f"{QUEUE}/{rohit}/approval", data={**approval, "next": str(meera)}, headers=PANEL)
    assert answer.status_code == 200
    assert "Meera Nair" in answer.text
    assert "Rohit Deshmukh is approved" in answer.headers["hx-trigger"]
    assert "applications:decided" in answer.headers["hx-trigger"]


async def test_after_the_last_application_the_panel_says_that_all_is_done(as_admin, rohit, approval):
    # The form sends the field of the next application empty, as browsers do.
    answer = await as_admin.post(f"{QUEUE}/{rohit}/approval", data={**approval, "next": ""}, headers=PANEL)
    assert answer.status_code == 200
    assert "All done here" in answer.text


async def test_the_second_admin_reads_in_the_panel_who_was_first(as_admin, as_owner, rohit, approval, database):
    await as_owner.post(f"{QUEUE}/{rohit}/approval", data=approval)
    answer = await as_admin.post(f"{QUEUE}/{rohit}/rejection", data={"version": "1"}, headers=PANEL)
    assert answer.status_code == 422
    assert "Devika Menon approved this application on" in answer.text
    assert await status_of(database, rohit) == "approved"


async def test_a_full_batch_warns_and_the_admin_may_go_on(as_admin, rohit, applies, approval, database):
    await as_admin.post(f"{QUEUE}/{rohit}/approval", data=approval)
    await as_admin.post(f"{QUEUE}/{await applies(MEERA)}/approval", data=approval)
    arjun = await applies(ARJUN)
    answer = await as_admin.post(f"{QUEUE}/{arjun}/approval", data=approval)
    assert answer.status_code == 422
    assert "0 places left" in answer.text
    assert 'name="beyond_capacity"' in answer.text
    assert await status_of(database, arjun) == "new"
    await as_admin.post(f"{QUEUE}/{arjun}/approval", data={**approval, "beyond_capacity": "on"})
    assert await status_of(database, arjun) == "approved"


async def test_without_a_batch_the_form_comes_back_with_the_error_beside_it(as_admin, rohit):
    answer = await as_admin.post(f"{QUEUE}/{rohit}/approval", data={"version": "1", "batch": ""})
    assert answer.status_code == 422
    assert 'id="field-batch-error"' in answer.text


async def test_a_rejection_offers_undo_which_opens_it_again(as_admin, rohit, database):
    answer = await as_admin.post(f"{QUEUE}/{rohit}/rejection", data={"version": "1", "reason": "No fit."})
    assert await status_of(database, rohit) == "rejected"
    page = (await as_admin.get(answer.headers["location"])).text
    assert "The application of Rohit Deshmukh is rejected." in page
    undo = re.search(r'action="(/admin/applications/rejections/undo\?at=[^"]+)"', page)[1]
    assert (await as_admin.post(undo)).status_code == 303
    assert await status_of(database, rohit) == "new"


async def test_in_the_panel_undo_stands_inside_the_panel(as_admin, rohit):
    answer = await as_admin.post(f"{QUEUE}/{rohit}/rejection", data={"version": "1"}, headers=PANEL)
    assert "rejections/undo?at=" in answer.text
    assert "All done here" in answer.text


async def test_ticked_applications_are_confirmed_and_then_decided_together(as_admin, rohit, applies, database):
    meera = await applies(MEERA)
    ticked = {"action": "reject", "id": [str(rohit), str(meera)]}
    page = await as_admin.post(f"{QUEUE}/decisions/new", data=ticked)
    assert "Reject 2 applications?" in page.text
    assert await status_of(database, rohit) == "new"
    answer = await as_admin.post(f"{QUEUE}/decisions", data={**ticked, "count": "2", "reason": "Too late."})
    assert answer.status_code == 303
    assert await status_of(database, meera) == "rejected"
    assert "2 applications are rejected." in (await as_admin.get(answer.headers["location"])).text


async def test_all_that_match_are_confirmed_with_their_number(as_admin, rohit, applies, database):
    await applies(MEERA)
    everybody = {"action": "approve", "scope": "all", "state": "new", "q": "example.com"}
    page = (await as_admin.post(f"{QUEUE}/decisions/new", data=everybody)).text
    assert "Approve 2 applications?" in page
    until = re.search(r'name="until" value="([^"]+)"', page)[1]
    await applies(replace(ROHIT, email="late@example.com", phone="+919876533333"))
    answer = await as_admin.post(f"{QUEUE}/decisions", data={**everybody, "until": until, "count": "2"})
    assert answer.status_code == 303
    async with database.work(SYSTEM) as work:
        assert await work.value("select count(*) from enrolments") == 2


async def test_a_changed_number_asks_again(as_admin, rohit, applies):
    ticked = {"action": "reject", "id": [str(rohit)], "count": "2"}
    answer = await as_admin.post(f"{QUEUE}/decisions", data=ticked)
    assert answer.status_code == 422
    assert "You confirmed 2, but by now it would be 1." in answer.text


async def test_nothing_ticked_is_said_in_words(as_admin, cast):
    answer = await as_admin.post(f"{QUEUE}/decisions/new", data={"action": "approve"})
    assert answer.status_code == 422
    assert "waiting for a decision" in answer.text


async def test_news_says_how_many_came_without_showing_them(as_admin, rohit, applies):
    page = (await as_admin.get(QUEUE)).text
    url = re.search(r'hx-get="(/admin/applications/news[^"]+)"', page)[1].replace("&amp;", "&")
    assert "new application" not in (await as_admin.get(url, headers=PANEL)).text
    await applies(MEERA)
    news = (await as_admin.get(url, headers=PANEL)).text
    assert "1 new application" in news
    assert "Meera" not in news


async def test_students_and_visitors_have_no_queue(as_student, client, rohit):
    assert (await as_student.get(QUEUE)).status_code == 403
    assert (await as_student.get(f"{QUEUE}/{rohit}")).status_code == 403
    assert (await client.get(QUEUE)).status_code == 303
