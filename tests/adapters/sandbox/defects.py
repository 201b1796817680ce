"""Requests with one thing wrong each: name -> (request, field, help page or None, how the message begins)."""

import time

from tests.adapters.sandbox.conftest import mail

HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html"
TO = "#message.personalizations.to"


def person(**changes):
    return {"to": [{"email": "asha@example.com"}], **changes}


def personalized(**changes):
    return mail(personalizations=[person(**changes)])


DEFECTS = {
    "nobody to write to": (
        mail(personalizations=[]),
        "personalizations",
        "#-Personalizations-Errors",
        "The personalizations field is required",
    ),
    "no personalizations at all": (
        mail(personalizations=None),
        "personalizations",
        "#-Personalizations-Errors",
        "The personalizations field is required",
    ),
    "an empty to": (
        personalized(to=[]),
        "personalizations.0.to",
        TO,
        "The to array is required for all personalization objects",
    ),
    "a missing to": (
        mail(personalizations=[{"subject": "x"}]),
        "personalizations.0.to",
        TO,
        "The to array is required",
    ),
    "a to without address": (
        personalized(to=[{"name": "Asha"}]),
        "personalizations.0.to.0.email",
        TO,
        "The to email parameter is required.",
    ),
    "a bad to": (
        personalized(to=[{"email": "asha@"}]),
        "personalizations.0.to.0.email",
        TO,
        "Does not contain a valid address.",
    ),
    "a bare string as to": (
        personalized(to=["asha@example.com"]),
        "personalizations.0.to.0",
        None,
        "Invalid type. Expected: object, given: string.",
    ),
    "a bad cc": (
        personalized(cc=[{"email": "x"}]),
        "personalizations.0.cc.0.email",
        None,
        "Does not contain a valid address.",
    ),
    "a bad from": (
        mail(**{"from": {"email": "nobody"}}),
        "from.email",
        "#message.from",
        "Does not contain a valid address.",
    ),
    "a from of the wrong type": (
        mail(**{"from": "hello@gurudesk.test"}),
        "from",
        None,
        "Invalid type. Expected: object, given: string.",
    ),
    "no from": (
        mail(**{"from": None}),
        "from.email",
        "#message.from",
        "The from object must be provided for every email send.",
    ),
    "a bad reply_to": (
        mail(reply_to={"email": "x"}),
        "reply_to.email",
        "#message.reply_to",
        "Does not contain a valid address.",
    ),
    "both replies": (
        mail(reply_to={"email": "a@b.test"}, reply_to_list=[{"email": "c@b.test"}]),
        "reply_to_list",
        None,
        "The reply_to and reply_to_list",
    ),
    "no subject": (mail(subject=None), "subject", "#message.subject", "The subject is required."),
    "no content": (
        mail(content=None),
        "content",
        "#message.content",
        "Unless a valid template_id is provided, the content parameter is required.",
    ),
    "an empty value": (
        mail(content=[{"type": "text/plain", "value": ""}]),
        "content.0.value",
        "#message.content.value",
        "The content value must be a string at least one character in length.",
    ),
    "HTML before text": (
        mail(content=[{"type": "text/html", "value": "a"}, {"type": "text/plain", "value": "b"}]),
        "content",
        "#message.content",
        "The content must be in the order",
    ),
    "an attachment that is no base64": (
        mail(attachments=[{"content": "no base64!", "filename": "a"}]),
        "attachments.0.content",
        "#message.attachments.content",
        "The attachment content must be base64 encoded.",
    ),
    "an attachment without name": (
        mail(attachments=[{"content": "aGk="}]),
        "attachments.0.filename",
        None,
        "The attachment filename is required.",
    ),
    "a bad template id": (
        mail(template_id="welcome"),
        "template_id",
        "#message.template_id",
        "The template_id must be a valid GUID, you provided 'welcome'.",
    ),
    "the same person twice": (
        personalized(cc=[{"email": "Asha@example.com"}]),
        "personalizations",
        "#message.recipient-errors",
        "Each unique email address in the personalizations array should only be included once.",
    ),
    "more than three days ahead": (
        mail(send_at=int(time.time()) + 73 * 3600),
        "send_at",
        "#message.send_at",
        "Scheduling more than 72 hours in advance is forbidden.",
    ),
    "one copy more than three days ahead": (
        personalized(send_at=int(time.time()) + 73 * 3600),
        "personalizations.0.send_at",
        "#message.send_at",
        "Scheduling more than 72 hours",
    ),
    "an unknown batch": (mail(batch_id="nobody"), "batch_id", "#message.batch_id", ""),
    "asm without group": (mail(asm={}), "asm.group_id", "#message.asm.group_id", ""),
    "asm with too many groups": (
        mail(asm={"group_id": 1, "groups_to_display": list(range(26))}),
        "asm.groups_to_display",
        None,
        "",
    ),
    "too many categories": (mail(categories=[str(n) for n in range(11)]), "categories", "#message.categories", ""),
    "a category twice": (mail(categories=["a", "a"]), "categories", None, ""),
    "a category beyond ASCII": (mail(categories=["é"]), "categories", None, ""),
    "too large custom arguments": (
        personalized(custom_args={"a": "x" * 10_000}),
        "personalizations.0.custom_args",
        "#message.custom_args",
        "",
    ),
    "custom arguments of the wrong type": (
        mail(custom_args="a"),
        "custom_args",
        None,
        "Invalid type. Expected: object, given: string.",
    ),
    "a reserved header": (mail(headers={"Subject": "x"}), "headers", None, ""),
    "a header with a line break": (
        personalized(headers={"X-A": "a\r\nBcc: b@c.test"}),
        "personalizations.0.headers",
        None,
        "",
    ),
    "a number as substitution": (
        personalized(substitutions={"-a-": 1}),
        "personalizations.0.substitutions",
        None,
        "Invalid type. Expected: string, given: integer.",
    ),
    "too large substitutions": (
        personalized(substitutions={"-a-": "x" * 10_001}),
        "personalizations.0.substitutions",
        None,
        "",
    ),
    "a short pool name": (mail(ip_pool_name="a"), "ip_pool_name", None, ""),
    "a switch that is a string": (
        mail(mail_settings={"sandbox_mode": {"enable": "true"}}),
        "mail_settings.sandbox_mode.enable",
        None,
        "Invalid type. Expected: boolean, given: string.",
    ),
    "1,001 personalizations": (
        mail(*(f"lead{n}@example.com" for n in range(1001))),
        "personalizations",
        "#-Personalizations-Errors",
        "",
    ),
    "1,001 recipients": (
        mail(personalizations=[person(), person(to=[{"email": f"lead{n}@example.com"} for n in range(1000)])]),
        "personalizations",
        "#message.recipient-errors",
        "",
    ),
}
