"""What the first recipient of a campaign would see. Its links lead to the course's page, and count nothing."""

from domain.language import _
from domain.messaging.templates.reading import read_common
from domain.messaging.templates.rendering import render_text
from domain.messaging.templates.values import values_of
from domain.ports import MessageRenderer, RenderedEmail
from domain.work import Row, Work


async def preview_email(
    work: Work, renderer: MessageRenderer, recipient: Row, course: Row, base_url: str
) -> RenderedEmail:
    """Render the CTA e-mail for one recipient as it would be sent, without a delivery."""
    first_name = recipient.name.split()[:1]
    business, text = await read_common(work, "cta")
    assert text is not None
    values = {
        "business_name": business,
        "recipient_name": recipient.name,
        "first_name": first_name[0] if first_name else _("there"),
        **({} if first_name else {"is_nameless": True}),
        "course_title": course.title,
        "course_summary": course.summary,
        "apply_url": f"{base_url}/apply/{course.slug}",
        "unsubscribe_url": f"{base_url}/unsubscribe",
    }
    return render_text(renderer, text, values_of("cta", values, base_url))
