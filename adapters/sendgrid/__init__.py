"""SendGrid: e-mail out over its v3 API, and what its signed event webhook reports back."""

from adapters.sendgrid.client import client_for
from adapters.sendgrid.email_sender import SendGridEmailSender

__all__ = ["SendGridEmailSender", "client_for"]
