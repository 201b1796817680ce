"""Renders templates/email/: for each name a `.html`, a `.txt` and a `.subject.txt`, sharing one set of values."""

from collections.abc import Mapping

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.settings import ROOT
from domain.language import _
from domain.ports import RenderedEmail


class JinjaMessageRenderer:
    """HTML is escaped; text and subject are not, and a subject is one line. A value that is missing is an error."""

    def __init__(self) -> None:
        folder = FileSystemLoader(ROOT / "templates" / "email")
        self._html = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._text = Environment(
            loader=folder, autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        for environment in (self._html, self._text):
            environment.globals["_"] = _

    def email(self, template: str, values: Mapping[str, object]) -> RenderedEmail:
        subject = self._text.get_template(f"{template}.subject.txt").render(values)
        return RenderedEmail(
            subject=" ".join(subject.split()),
            text=self._text.get_template(f"{template}.txt").render(values).strip() + "\n",
            html=self._html.get_template(f"{template}.html").render(values),
        )
