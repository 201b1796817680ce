"""Templates kept at SendGrid, and the files that go along."""

import asyncio
import base64

import pytest
from sendgrid.helpers.mail import (
    Attachment as OfficialAttachment,
)
from sendgrid.helpers.mail import (
    Disposition,
    FileContent,
    FileName,
    FileType,
    Mail,
)

from adapters.sandbox.sendgrid.handlebars import filled
from adapters.sendgrid import SendGridEmailSender, client_for
from domain.ports import Attachment, Recipient, Sent
from tests.adapters.sandbox.conftest import mail, until
from tests.adapters.sandbox.test_sending import official_client, our_email

GREETING = "d-0123456789abcdef0123456789abcdef"
CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


async def test_a_template_made_by_the_official_client_is_filled_with_each_recipients_data(sandbox, uuid4):
    api = official_client(sandbox).client
    made = await asyncio.to_thread(api.templates.post, request_body={"name": "Seat", "generation": "dynamic"})
    template = made.to_dict["id"]
    version = {
        "name": "v1",
        "subject": "{{name}}, your seat",
        "html_content": "<p>{{name}}</p>{{#each days}}<i>{{this}}</i>{{else}}none{{/each}}",
        "plain_content": "{{#if vip}}VIP{{else}}Guest{{/if}} {{name}}",
        "active": 1,
    }
    answer = await asyncio.to_thread(api.templates._(template).versions.post, request_body=version)
    assert (answer.status_code, answer.to_dict["active"]) == (201, 1)
    recipients = [
        Recipient(
            uuid4(), "asha@example.com", template_data={"name": "Asha & Co", "days": ["Mon", "Tue"], "vip": True}
        ),
        Recipient(uuid4(), "ben@example.com", template_data={"name": "Ben", "days": []}),
    ]
    async with client_for(sandbox.settings) as client:
        email = our_email(uuid4, recipients=recipients, template=template)
        assert isinstance(await SendGridEmailSender(client).send(email), Sent)
    ben, asha = await sandbox.messages()
    assert (asha["subject"], asha["text"]) == ("Asha & Co, your seat", "VIP Asha & Co")
    assert asha["html"] == "<p>Asha &amp; Co</p><i>Mon</i><i>Tue</i>"
    assert (ben["text"], ben["html"]) == ("Guest Ben", "<p>Ben</p>none")
    listed = await asyncio.to_thread(api.templates.get, query_params={"generations": "dynamic"})
    assert {one["name"] for one in listed.to_dict["templates"]} == {"Greeting", "Seat"}


async def test_the_official_clients_dynamic_mail_is_understood(sandbox):
    message = Mail("hello@gurudesk.test", "asha@example.com")
    message.template_id, message.dynamic_template_data = GREETING, {"name": "Asha"}
    assert (await asyncio.to_thread(official_client(sandbox).send, message)).status_code == 202
    (shown,) = await sandbox.messages()
    assert (shown["subject"], shown["html"]) == ("Hello Asha", "<p>Hello Asha,</p>")


async def test_an_unknown_template_is_taken_and_then_lost_as_sendgrid_loses_it(sandbox, house):
    body = mail("asha@example.com", template_id="d-ffffffffffffffffffffffffffffffff", content=None, subject=None)
    assert (await sandbox.send(body)).status_code == 202
    await until(lambda: asyncio.sleep(0, house.kinds("asha@example.com") == {"dropped"}))
    assert house.events[0]["reason"] == "Invalid SMTPAPI header"


async def test_data_without_a_template_is_refused(sandbox):
    body = mail(personalizations=[{"to": [{"email": "a@b.test"}], "dynamic_template_data": {"name": "A"}}])
    (error,) = (await sandbox.send(body)).json()["errors"]
    assert (error["field"], error["message"]) == (
        "template_id",
        "The template_id is required when using dynamic templates",
    )


async def test_a_calendar_and_a_document_arrive_byte_by_byte(sandbox, uuid4):
    pdf = b"%PDF-1.7\n" + bytes(range(256))
    files = [
        Attachment("class.ics", "text/calendar", CALENDAR, method="REQUEST"),
        Attachment("Rechnung ä.pdf", "application/pdf", pdf),
    ]
    async with client_for(sandbox.settings) as client:
        email = our_email(uuid4, "asha@example.com", attachments=files)
        assert isinstance(await SendGridEmailSender(client).send(email), Sent)
    (message,) = await sandbox.messages()
    assert [(one["filename"], one["media_type"]) for one in message["attachments"]] == [
        ("class.ics", "text/calendar; method=REQUEST"),
        ("Rechnung ä.pdf", "application/pdf"),
    ]
    for position, content in enumerate((CALENDAR, pdf)):
        answer = await sandbox.client.get(f"/mailbox/{message['id']}/attachments/{position}")
        assert answer.content == content


@pytest.mark.parametrize(
    ("file_type", "status"),
    [
        ("text/calendar; method=REQUEST", 202),
        ("text/calendar;method=CANCEL", 202),
        ("text/calendar; method=REQUEST; charset=utf-8", 400),
        ("application/pdf; name=x", 400),
    ],
)
async def test_of_all_parameters_of_a_type_only_a_calendars_method_is_taken(sandbox, file_type, status):
    message = Mail("hello@gurudesk.test", "asha@example.com", "Class", plain_text_content="Hi")
    message.attachment = OfficialAttachment(
        FileContent(base64.b64encode(CALENDAR).decode()),
        FileName("class.ics"),
        FileType(file_type),
        Disposition("attachment"),
    )
    answer = await sandbox.send(message.get())
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["errors"][0]["message"] == "The attachment type cannot contain ';', or CRLF characters."


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{a}} {{{a}}} {{&a}}", "&lt;b&gt; <b> <b>"),
        ("{{n.0.x}}{{missing}}{{n.9.x}}", "1"),
        ("{{#each n}}{{@index}}:{{x}}{{#unless @last}}, {{/unless}}{{/each}}", "0:1, 1:2"),
        ("{{#if none}}a{{else}}b{{/if}}{{#unless none}}c{{/unless}}", "bc"),
        ('{{#equals a "<b>"}}yes{{else}}no{{/equals}}{{! a comment }}', "yes"),
        ("{{#each o}}{{@key}}={{this}};{{/each}}", "k=v;"),
        ("{{#if a}}never closed {{/each}}", "never closed "),
        ("{{}} {{#}} { {{", "{{}}  { {{"),
    ],
)
def test_handlebars(template, text):
    assert filled(template, {"a": "<b>", "n": [{"x": 1}, {"x": 2}], "none": [], "o": {"k": "v"}}) == text
