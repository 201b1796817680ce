"""Every text that can be written anew, by its key."""

from collections.abc import Mapping
from dataclasses import replace

from domain.language import _
from domain.messaging.templates.class_letters import CLASS_LETTERS
from domain.messaging.templates.letters import LETTERS
from domain.messaging.templates.reminders import REMINDERS
from domain.messaging.templates.text import TOPICS, TemplateText
from domain.messaging.templates.words import BUSINESS

TEMPLATES: Mapping[str, TemplateText] = {
    text.key: replace(text, variables=(*text.variables, BUSINESS))
    for text in sorted((*LETTERS, *CLASS_LETTERS, *REMINDERS), key=lambda text: TOPICS.index(text.topic))
}


def default_text(key: str) -> TemplateText:
    """Return a text as it comes, in the current language. Raises KeyError."""
    text = TEMPLATES[key]
    return replace(text, subject=_(text.subject), body=_(text.body))
