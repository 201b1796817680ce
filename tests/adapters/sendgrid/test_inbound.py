"""E-mails as inbound parse posts them, read as the people meant them who wrote them."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from adapters.sendgrid.html_text import text_of
from adapters.sendgrid.inbound import MalformedInbound, parse_inbound
from tests.fixtures.inbound import BOUNDARY, CONTENT_TYPE, inbound


def parsed(*args, **fields):
    return parse_inbound(CONTENT_TYPE, inbound(*args, **fields))


def test_an_answer_is_read_with_whom_it_answers_and_where_it_was_delivered():
    mail = parsed(
        to="reply+abc@reply.test",
        headers={"In-Reply-To": "<A1b2@geopod-ismtpd-4>", "References": "<old@x> <A1b2@geopod-ismtpd-4>"},
    )
    assert (mail.message_id, mail.sender, mail.sender_name) == ("r1@example.test", "asha@example.test", "Asha Rao")
    assert (mail.subject, mail.text) == ("Re: Your seat", "Yes, I will attend.")
    assert mail.answers == ["A1b2@geopod-ismtpd-4", "old@x"]
    assert mail.recipients == ["reply+abc@reply.test"]
    assert mail.sent_at.astimezone(UTC) == datetime(2026, 1, 5, 3, 42, 44, tzinfo=UTC)
    assert (mail.is_automatic, mail.is_verified, mail.spam_score) == (False, True, 0.1)


def test_each_field_is_read_in_its_own_character_set():
    mail = parsed(
        "Björn <b@example.test>",
        **{
            "from": "Björn <b@example.test>".encode("iso-8859-1"),
            "subject": "नमस्ते".encode("utf-16"),
            "text": "Grüße – 5 €".encode("cp1252"),
            "charsets": '{"from": "iso-8859-1", "subject": "utf-16", "text": "windows-1252"}',
        },
    )
    assert (mail.sender_name, mail.subject, mail.text) == ("Björn", "नमस्ते", "Grüße – 5 €")


@pytest.mark.parametrize(
    "charsets", [None, "no json", "[]", '{"text": "no-such-set"}', '{"text": 5}', '{"text": "rot13"}']
)
def test_a_character_set_nobody_knows_loses_no_email(charsets):
    mail = parsed(text=b"caf\xe9 \x00ole", charsets=charsets)
    assert mail.text == "caf\N{REPLACEMENT CHARACTER} ole"


def test_html_alone_becomes_text_and_nothing_of_it_runs():
    html = (
        "<html><head><title>T</title><style>p{}</style></head><body><p>Hello &amp; <b>thanks</b></p>"
        "<script>alert(1)</script><div>Line&nbsp;two<br>three</div><img src=x onerror=alert(1)></body></html>"
    )
    assert parsed(text=None, html=html).text == "Hello & thanks\n\nLine two\nthree"
    assert parsed(text="Plain\r\nwins", html=html).text == "Plain\nwins"
    assert text_of("<p>never <b>closed") == "never closed"
    assert text_of("<head><title>x<body>shown") == "shown"
    assert text_of("a < b, <b>c</b> and <a title='d > e'>f</a><!-- g > h --> it's") == "a < b, c and f it's"


@pytest.mark.parametrize("piece", ["<a ", "<a href='", "<!--", "<?", "<script>"])
def test_html_whose_tags_never_end_is_read_to_its_end_however_many_they_are(piece):
    """A parser that begins anew at each of them would not come to the end of this within an hour."""
    assert parsed(text=None, html="Hello " + piece * (1_000_000 // len(piece))).text == "Hello"


def test_files_come_under_their_senders_names_without_any_path():
    mail = parsed(files={"attachment1": ("../../etc/पासवर्ड.jpg", b"\xff\xd8\x00"), "attachment2": ("empty", b"")})
    assert [(file.filename, file.media_type, file.content) for file in mail.files] == [
        ("पासवर्ड.jpg", "image/jpeg", b"\xff\xd8\x00")
    ]


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({"Auto-Submitted": "auto-replied"}, {}),
        ({"Auto-Submitted": "auto-generated; type=x"}, {}),
        ({"Precedence": "Bulk"}, {}),
        ({"X-Autoreply": "yes"}, {}),
        ({"Content-Type": "multipart/report; report-type=delivery-status"}, {}),
        ({}, {"envelope": '{"to":["a@b.test"],"from":""}'}),
        ({}, {"envelope": '{"to":["a@b.test"],"from":"<>"}'}),
        ({}, {"from": "Mail Delivery <MAILER-DAEMON@example.test>"}),
    ],
)
def test_what_a_machine_wrote_is_known_as_such(headers, fields):
    assert parsed(headers=headers, **fields).is_automatic


def test_a_person_is_no_machine():
    assert not parsed(headers={"Auto-Submitted": "no", "Precedence": "normal"}).is_automatic


@pytest.mark.parametrize(
    ("fields", "verified"),
    [
        ({"dkim": "{@example.test : pass}", "SPF": "none"}, True),
        ({"dkim": "{@mail.example.test : pass}", "SPF": "fail"}, False),
        ({"dkim": "{@elsewhere.test : pass}", "SPF": "pass"}, True),
        ({"dkim": "{@elsewhere.test : pass}", "SPF": "softfail"}, False),
        ({"dkim": "none", "SPF": "pass", "envelope": '{"to":["a@b.test"],"from":"x@elsewhere.test"}'}, False),
        ({"dkim": None, "SPF": None}, None),
    ],
)
def test_only_the_senders_own_domain_can_vouch_for_them(fields, verified):
    assert parsed(**fields).is_verified is verified


def test_the_same_email_without_an_id_is_the_same_and_another_is_not():
    first, again = parsed(message_id=None), parsed(message_id=None)
    assert first.message_id == again.message_id
    assert first.message_id.startswith("sha256-")
    assert parsed(message_id=None, text="No.").message_id != first.message_id


def test_a_whole_message_is_read_too():
    mime = EmailMessage()
    mime["From"], mime["To"], mime["Subject"] = "Asha Räo <asha@example.test>", "hello@gurudesk.test", "Grüße"
    mime["Message-ID"] = "<raw@example.test>"
    mime.set_content("Plain text\n")
    mime.add_alternative("<p>HTML</p>", subtype="html")
    mime.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="id.pdf")
    names = ("headers", "from", "to", "subject", "text", "html", "charsets", "attachments")
    mail = parsed(email=mime.as_bytes(), **dict.fromkeys(names))
    assert (mail.message_id, mail.sender_name, mail.subject) == ("raw@example.test", "Asha Räo", "Grüße")
    assert (mail.text, [file.filename for file in mail.files]) == ("Plain text", ["id.pdf"])


def test_a_header_that_breaks_the_rules_breaks_nothing():
    mail = parsed(
        headers={"Date": "yesterday", "In-Reply-To": "<<>>", "References": "\x00"}, spam_score="high", subject="a\r\nb"
    )
    assert (mail.sent_at, mail.answers, mail.spam_score, mail.subject) == (None, [], None, "a b")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", inbound()),
        (CONTENT_TYPE, b""),
        (CONTENT_TYPE, b"no form"),
        (CONTENT_TYPE, inbound()[:-20]),
        (CONTENT_TYPE, inbound(**{"from": None, "envelope": None})),
        (CONTENT_TYPE, f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'.encode() * 300),
    ],
)
def test_what_is_no_email_is_refused(content_type, body):
    with pytest.raises(MalformedInbound):
        parse_inbound(content_type, body)


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("(" * 5_000 + "Asha <asha@example.test>", {}),
        (None, {"Date": "Mon, 1 Jan 99999999999999 00:00:00 +0000"}),
        (None, {"Date": "Mon, 1 Jan 2026 00:00:00 +99999999999999999"}),
    ],
)
def test_headers_that_nobody_could_have_meant_lose_no_email(sender, headers):
    mail = parsed(**({"from": sender} if sender else {}), headers=headers)
    assert (mail.sender, mail.text) == ("asha@example.test", "Yes, I will attend.")
    assert mail.sent_at is None or not headers


def test_a_character_set_that_takes_hours_is_not_decoded():
    mail = parsed(text="a" * 1_000_000, charsets='{"text": "punycode"}')
    assert mail.text == "a" * 200_000


def test_null_bytes_in_the_envelope_do_not_reach_the_database():
    mail = parsed(envelope='{"to": ["a\\u0000@gurudesk.test"], "from": "b\\u0000@example.test"}', **{"from": "<>"})
    assert (mail.recipients, mail.sender) == (["a @gurudesk.test"], "b @example.test")
