"""Rendering a text: for one person with their values, or once for many with marks where they differ."""

from collections.abc import Collection, Mapping

from domain.messaging.templates.body import blocks_of
from domain.messaging.templates.text import TemplateText
from domain.messaging.variables import fill, marked_values, used_in
from domain.ports import MessageRenderer, RenderedEmail

FILES = "written"  # in templates/email/


class MissingValue(Exception):
    """A text asks for what nobody has put in; the message names it."""


def render_text(
    renderer: MessageRenderer, text: TemplateText, values: Mapping[str, str], marked: Collection[str] = ()
) -> RenderedEmail:
    """Return a text as an e-mail. Marks stand for those of ``marked``, which the provider puts in for each recipient.

    ``values`` hold `business_name` and, for what people may opt out of, `unsubscribe_url`. Raises MissingValue.
    """
    if missing := [name for name in used_in(text.subject, text.body) if name not in values and name not in marked]:
        raise MissingValue(f"There is no value for {{{{{missing[0]}}}}}.")
    plain = _rendered(renderer, text, marked_values(values, marked, "text"))
    if not marked:
        return plain
    html = _rendered(renderer, text, marked_values(values, marked, "html"))
    return RenderedEmail(plain.subject, plain.text, html.html)


def _rendered(renderer: MessageRenderer, text: TemplateText, values: Mapping[str, str]) -> RenderedEmail:
    fact_names = [variable.name for variable in text.variables if variable.is_facts]
    subject = fill(text.subject, values).strip()
    written = {
        "subject": subject[:1].upper() + subject[1:],
        "blocks": blocks_of(text.body, values, fact_names),
        "business_name": values["business_name"],
        "unsubscribe_url": values.get("unsubscribe_url", ""),
    }
    return renderer.email(FILES, written)
