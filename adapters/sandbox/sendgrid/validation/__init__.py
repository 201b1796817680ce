"""Everything SendGrid checks before it takes an e-mail; all errors of a request are found at once."""

from datetime import datetime
from typing import Any

from adapters.sandbox.sendgrid.validation.addresses import check_sender
from adapters.sandbox.sendgrid.validation.content import check_content
from adapters.sandbox.sendgrid.validation.options import check_options
from adapters.sandbox.sendgrid.validation.personalizations import check_personalizations
from adapters.sandbox.sendgrid.validation.problems import Problems


def problems_of(body: Any, now: datetime) -> Problems:
    """Check the decoded body of ``/v3/mail/send`` against the documented rules."""
    problems = Problems()
    if not isinstance(body, dict):
        problems.bad_request()
        return problems
    check_personalizations(problems, body, now)
    check_sender(problems, body)
    check_content(problems, body)
    check_options(problems, body, now)
    return problems
