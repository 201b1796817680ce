"""What a step may reach outside the database, from the services of this process."""

from adapters.bootstrap import Services
from domain.automation.running import Ports


def ports_of(services: Services) -> Ports:
    """Return the ports of step handlers; which providers are live is part of them."""
    settings = services.settings
    return Ports(
        files=services.files,
        renderer=services.renderer,
        hasher=services.hasher,
        secret=settings.secret,
        base_url=settings.base_url,
        mail_from=settings.mail_from,
        mail_from_name=settings.mail_from_name,
        email=services.email,
        whatsapp=services.whatsapp,
        voice=services.voice,
        payments=services.payments,
        meetings=services.meetings,
        email_is_live=settings.is_live("sendgrid"),
        whatsapp_is_live=settings.is_live("aisensy"),
        voice_is_live=settings.is_live("bolna"),
        reply_domain=settings.reply_domain,
        copies_recordings=settings.recording_copies,
        largest_copy=settings.recording_copy_mb * 1024 * 1024,
        payments_are_live=settings.is_live("instamojo"),
        meetings_are_live=settings.is_live("zoom"),
        lookup_delay=settings.lookup_delay_seconds,
    )
