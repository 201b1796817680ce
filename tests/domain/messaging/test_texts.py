"""The texts of our e-mails: what is written is checked, kept, filled without logic, and is what leaves."""

import re
from uuid import uuid4

import pytest

from adapters.email_templates import JinjaMessageRenderer
from domain.errors import Conflict, InvalidInput
from domain.messaging.outbox import plan_email
from domain.messaging.templates.catalogue import TEMPLATES, default_text
from domain.messaging.templates.checking import check_text
from domain.messaging.templates.previewing import show_text
from domain.messaging.templates.reading import find_text, list_versions
from domain.messaging.templates.rendering import render_text
from domain.messaging.templates.writing import reset_text, restore_text, save_text
from domain.work import SYSTEM

BASE = "https://learn.example.com"
SUBJECT, BODY = "{{subject_name}}come and learn", "Dear {{first_name}},\n\n[Come in]({{apply_url}})"


def rendered(body, subject="Hello", key="lead_day_1", **values):
    text = default_text(key).rewritten(subject, body)
    return render_text(JinjaMessageRenderer(), text, text.samples(BASE) | values)


@pytest.mark.parametrize("key", TEMPLATES)
def test_what_we_write_by_default_fulfils_what_we_ask_of_others_and_says_all_of_it(key):
    text = default_text(key)
    check_text(text, text.subject, text.body)
    assert {"first_name", "business_name"} <= set(text.names)
    samples = text.samples(BASE)
    email = render_text(JinjaMessageRenderer(), text, samples)
    for part in (email.subject, email.text, email.html):
        assert "{{" not in part
        assert "[%" not in part
    for name in set(re.findall(r"\{\{(\w+)\}\}", text.body)):
        for line in filter(None, samples[name].splitlines()):
            said = line.partition(": ")[2] or line
            assert said in email.text
            assert said in email.html


def test_a_body_is_headings_paragraphs_lists_facts_and_buttons():
    email = rendered(
        "# Hi {{first_name}}\n\nOne\ntwo\n\n- a\n- b\n\nCourse: {{course_title}}\n\n[Apply]({{apply_url}})",
        first_name="Asha",
    )
    assert email.text.startswith(f"Hi Asha\n\nOne\ntwo\n\n- a\n- b\n\nCourse: Data Analytics\n\nApply: {BASE}/\n")
    for html in (">Hi Asha</h1>", "One<br>two", ">a</li>", ">Data Analytics</span>", f'<a href="{BASE}/"'):
        assert html in email.html


def test_what_holds_only_empty_variables_falls_away_and_nothing_else_does():
    email = rendered(
        "A\n{{course_summary}}\nB\n\n{{course_summary}}\n\nAbout: {{course_summary}}\n\n- {{course_summary}}\n\n"
        "C: {{course_summary}}!",
        course_summary="",
    )
    assert email.text.startswith("A\nB\n\nC: !\n\nGurudesk")
    assert "About" not in email.html


def test_a_value_is_text_whatever_stands_in_it():
    name = "[Win](javascript:alert(1))\n- <script>x</script>\n# {{apply_url}}"
    email = rendered("{{first_name}}\n\n[Apply]({{apply_url}})", first_name=name, apply_url="javascript:alert(2)")
    assert "<script>" not in email.html
    assert 'href="javascript' not in email.html
    assert "<li" not in email.html
    assert "{{apply_url}}" in email.text
    assert "Apply: javascript:alert(2)" in email.text


@pytest.mark.parametrize(
    ("subject", "body", "field", "says"),
    [
        ("", BODY, "subject", "write a subject"),
        ("x" * 201, BODY, "subject", "200"),
        ("One\nBcc: x@example.test", BODY, "subject", "one line"),
        ("{{fist_name}}", BODY, "subject", "{{fist_name}} cannot be filled"),
        ("Come to {{apply_url}}", BODY, "subject", "recipient alone"),
        (SUBJECT, " \n ", "body", "write the message"),
        (SUBJECT, BODY + "x" * 10_000, "body", "10000"),
        (SUBJECT, BODY + "{{first_name", "body", "not closed"),
        (SUBJECT, "Hello {{first_name}}", "body", "{{apply_url}} is missing"),
        (SUBJECT, BODY + "\n[Go](javascript:alert(1))\n[Go](example.com)", "body", "“Go” leads nowhere"),
        (SUBJECT, BODY + "\n[Go]({{first_name}})", "body", "“Go” leads nowhere"),
    ],
)
async def test_what_cannot_be_sent_is_told_beside_its_field_and_not_kept(work, subject, body, field, says):
    with pytest.raises(InvalidInput) as refused:
        await save_text(work, "lead_day_1", subject, body, seen=0)
    assert list(refused.value.fields) == [field]
    assert says in refused.value.fields[field]
    assert await list_versions(work, "lead_day_1") == []


async def test_every_change_is_a_version_that_can_be_gone_back_to(work):
    saved = await save_text(work, "cta", SUBJECT, BODY, seen=0)
    assert (saved.version, saved.subject, saved.body) == (1, SUBJECT, BODY)
    assert (await save_text(work, "cta", SUBJECT, BODY, seen=1)).version == 1
    await save_text(work, "cta", "Again", BODY, seen=1)
    with pytest.raises(Conflict):
        await save_text(work, "cta", "Too late", BODY, seen=1)
    with pytest.raises(Conflict):
        await reset_text(work, "cta", seen=1)
    await restore_text(work, "cta", 1, seen=2)
    assert ((now := await find_text(work, "cta")).version, now.subject) == (3, SUBJECT)
    await reset_text(work, "cta", seen=3)
    now = await find_text(work, "cta")
    assert (now.version, now.revision, now.body) == (0, 4, default_text("cta").body)
    assert [(row.version, row.is_default, row.restored_from) for row in await list_versions(work, "cta")] == [
        (4, True, None),
        (3, False, 1),
        (2, False, None),
        (1, False, None),
    ]
    actions = await work.rows("select action from audit_logs where subject_type = 'message_template' order by sequence")
    assert [row.action.partition(".")[2] for row in actions] == ["changed", "changed", "restored", "reset"]


async def test_what_was_written_anew_is_what_leaves_each_with_their_own_values(house):
    async with house.database.work(SYSTEM) as work:
        await save_text(
            work, "lead_day_1", SUBJECT, "{{course_title}} for {{first_name}}\n\n[Come in]({{apply_url}})", seen=0
        )
        for name in ("Asha <i>", "Ben"):
            params = {"first_name": name, "course_title": "SQL & more", "apply_path": "/apply/sql"}
            await plan_email(
                work,
                kind="lead_day_1",
                to=f"{name[:3].lower()}@example.test",
                key=str(uuid4()),
                params=params,
                group_key="day 1",
                marketing=True,
            )
    await house.run_due()
    for to, name in (("ash@example.test", "Asha <i>"), ("ben@example.test", "Ben")):
        (email,) = await house.mailbox(to)
        assert email["subject"] == f"{name}, come and learn"
        assert f"SQL & more for {name}\n" in email["text"]
        assert f"SQL &amp; more for {name.replace('<i>', '&lt;i&gt;')}" in email["html"]
        link = re.search(r'href="([^"]*/apply/sql\?t=[^"]+)"', email["html"])
        assert link is not None
        assert link[1] in email["text"]
        assert "/unsubscribe/" in email["text"]
    both = [(await house.mailbox(to))[0] for to in ("ash@example.test", "ben@example.test")]
    assert len({re.search(r"\?t=\S+", email["text"])[0] for email in both}) == 2


async def test_a_preview_says_what_we_know_of_a_person_and_none_of_their_secrets(work, catalogue):
    person = await work.value(
        "insert into people (name, email, created_at, updated_at) values ('Meera Nair', 'meera@example.test', now(), now())"
        " returning id"
    )
    await work.run(
        "insert into enrolments (person_id, batch_id, price_paise, enrolled_at) values (%(person)s, %(batch)s, 1, now())",
        person=person,
        batch=catalogue.batch_id,
    )
    text = await find_text(work, "welcome")
    seen = await show_text(work, JinjaMessageRenderer(), text, BASE, business="Shiksha", who="MEERA@example.test")
    for fact in ("Welcome, Meera", "Data Analytics, Batch 7", "meera@example.test", "abcd-efgh-ijkl", "Shiksha"):
        assert fact in seen.email.text
