"""What SendGrid would refuse for certain, said in our words before anything is encoded or sent."""

import re
from collections.abc import Sequence

from domain.language import _
from domain.ports import Attachment, Email

MAX_RECIPIENTS = 1_000
MAX_BYTES = 30 * 1024 * 1024
# The whole request may have 30 MB, and base64 makes three bytes four: so much is left beside a long text.
MAX_FILES = 20 * 1024 * 1024
MAX_CATEGORIES = 10
MAX_CATEGORY = 255
_METHOD = re.compile(r"[A-Z]{1,20}")
_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
# Dynamic templates have this prefix. Legacy ones have none, and use substitutions: we send their like as our own text.
_TEMPLATE = re.compile(r"d-[0-9a-f]{32}")


def too_large() -> str:
    return _("The e-mail with its attachments is larger than the 30 MB SendGrid takes.")


def objection(email: Email) -> str:
    """Return why this e-mail cannot be sent, or nothing when SendGrid may be asked."""
    if not 0 < len(email.recipients) <= MAX_RECIPIENTS:
        return _("An e-mail has between 1 and 1,000 recipients.")
    categories = set(email.categories)
    if len(categories) > MAX_CATEGORIES or any(not c.isascii() or len(c) > MAX_CATEGORY for c in categories):
        return _("An e-mail has at most 10 categories of at most 255 plain characters.")
    if email.send_at and email.send_at.utcoffset() is None:
        return _("The moment an e-mail is planned for has no time zone.")
    return _template_objection(email) or _files_objection(email.attachments)


def _template_objection(email: Email) -> str:
    has_data = any(recipient.template_data for recipient in email.recipients)
    has_substitutions = any(recipient.substitutions for recipient in email.recipients)
    if not email.template:
        return _("Template data needs a template to fill.") if has_data else ""
    if not _TEMPLATE.fullmatch(email.template):
        return _("“{id}” is not the id of a dynamic template of SendGrid.", id=email.template[:40])
    if has_substitutions:
        return _("A template is filled with template data, and not with substitutions.")
    return ""


def _files_objection(files: Sequence[Attachment]) -> str:
    for file in files:
        if not file.content:
            return _("The attachment “{name}” is empty.", name=file.filename)
        if not file.filename.strip() or not file.filename.isprintable():
            return _("An attachment has a name that cannot be sent.")
        if not _TYPE.fullmatch(file.media_type) or (file.method and not _METHOD.fullmatch(file.method)):
            return _("The attachment “{name}” has a type that cannot be sent.", name=file.filename)
    if (size := sum(len(file.content) for file in files)) > MAX_FILES:
        megabytes = f"{size / 1024**2:.1f}"
        return _("The attachments have {size} MB together; at most 20 MB can be sent.", size=megabytes)
    return ""
