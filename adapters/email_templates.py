"""Renders templates/email/: for each name a `.html`, a `.txt` and a `.subject.txt`, sharing one set of values."""

import re
from collections.abc import Mapping

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from adapters.settings import ROOT
from domain.language import _
from domain.ports import RenderedEmail

_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,:;!?)]", re.IGNORECASE)
_LINK = Markup('<a href="{0}" style="color:#0b7a5c;word-break:break-all;">{0}</a>')


def linked(text: str) -> Markup:
    """Return a text as HTML in which the addresses of web pages are links. E-mail addresses stay as they are read."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        parts += [escape(text[end : found.start()]), _LINK.format(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


class JinjaMessageRenderer:
    """HTML is escaped; text and subject are not, and a subject is one line. A value that is missing is an error."""

    def __init__(self) -> None:
        folder = FileSystemLoader(ROOT / "templates" / "email")
        self.html = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self.text = Environment(
            loader=folder, autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        for environment in (self.html, self.text):
            environment.globals["_"] = _
            environment.filters["linked"] = linked

    def email(self, template: str, values: Mapping[str, object]) -> RenderedEmail:
        subject = self.text.get_template(f"{template}.subject.txt").render(values)
        return RenderedEmail(
            subject=" ".join(subject.split()),
            text=self.text.get_template(f"{template}.txt").render(values).strip() + "\n",
            html=self.html.get_template(f"{template}.html").render(values),
        )
