"""What a program sends about a broadcast: whom it is for and what it says, turned into what the domain takes."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from domain.broadcasts.broadcast import Audience, Channel, Message
from domain.broadcasts.drafting import list_templates
from domain.errors import InvalidInput, NotFound
from domain.language import _
from domain.leads.filters import read_filter
from domain.leads.saved_filters import find_saved_filter
from domain.work import Work
from web.api.shapes import Body
from web.fields import OneLine, Paragraphs

Purpose = Annotated[
    Literal["course", "marketing"],
    Field(description="What people expect, or advertising, which they may opt out of. What leads get is advertising."),
]
Name = Annotated[OneLine, Field(min_length=1, max_length=120, description="For the team.", examples=["Class moves"])]
Text = Annotated[OneLine, Field(max_length=1000)]
# What goes with which audience and channel: the rest is refused, or it would silently do nothing.
OF_AUDIENCE = {"students": (), "batch": ("batch_id",), "leads": ("filter",), "saved_filter": ("saved_filter_id",)}
OF_CHANNEL = {
    "email": ("subject", "text"),
    "whatsapp": ("template", "params", "links", "media_url"),
    "call": ("text",),
}
# The domain's fields by their names here.
NAMES = {
    "batch": "audience.batch_id",
    "subject": "message.subject",
    "body": "message.text",
    "template": "message.template",
    "media_url": "message.media_url",
}


class LeadChoice(Body):
    """Which leads: all that fit everything that is given."""

    q: Annotated[OneLine, Field(max_length=100, description="Name, e-mail or phone.")] = ""
    status: Literal["new", "emailed", "applied", "enrolled"] | None = None
    source: Annotated[OneLine, Field(max_length=120, description="This source; `-` for none.")] = ""
    tag: Annotated[OneLine, Field(max_length=50, examples=["webinar"])] = ""
    import_id: UUID | None = None
    since: Annotated[date | None, Field(description="From this day on, in India.")] = None
    until: Annotated[date | None, Field(description="Until this day, included, in India.")] = None
    lead_ids: Annotated[list[UUID] | None, Field(min_length=1, max_length=1000, description="These leads.")] = None

    def as_asked(self) -> dict[str, Any]:
        """Return what is given, as it stands in an address."""
        names = {"import_id": "import", "lead_ids": "id"}
        given = self.model_dump(mode="json", exclude_defaults=True)
        return {names.get(name, name): value for name, value in given.items()}


class AudienceBody(Body):
    """Whom it is for. `batch_id`, `filter` and `saved_filter_id` go with their kind; a saved filter is copied."""

    kind: Annotated[
        Literal["students", "batch", "leads", "saved_filter"],
        Field(description="All active students, those of a batch, leads, or the leads of a saved filter."),
    ]
    batch_id: UUID | None = None
    filter: Annotated[LeadChoice | None, Field(description="Which leads; all when not given.")] = None
    saved_filter_id: UUID | None = None

    async def chosen(self, work: Work) -> Audience:
        """Return the audience. Raises InvalidInput; the domain looks whether a batch is there."""
        refuse_others(self, "audience", {"kind", *OF_AUDIENCE[self.kind]})
        match self.kind:
            case "saved_filter":
                if self.saved_filter_id is None:
                    raise InvalidInput({"audience.saved_filter_id": _("Please choose a filter.")})
                try:
                    return Audience("leads", leads=await find_saved_filter(work, self.saved_filter_id))
                except NotFound as error:
                    raise InvalidInput({"audience.saved_filter_id": str(error)}) from None
            case "leads":
                return Audience("leads", leads=read_filter(self.filter.as_asked() if self.filter else {}))
            case _:
                return Audience(self.kind, self.batch_id)


class MessageBody(Body):
    """What it says: `subject` and `text` by e-mail, `text` as the script of a call, or a WhatsApp template with what fills it.

    Variables as {{first_name}} are filled for each person.
    """

    subject: Annotated[OneLine, Field(max_length=200, examples=["Hello {{first_name}}"])] = ""
    text: Annotated[Paragraphs, Field(max_length=10_000, examples=["Class moves to 7 pm."])] = ""
    template: Annotated[OneLine, Field(max_length=300, description="The name of the WhatsApp template.")] = ""
    params: Annotated[list[Text], Field(max_length=20, description="They fill {{1}}, {{2}} … in order.")] = []
    links: Annotated[list[Text], Field(max_length=10, description="The ends of the template's link buttons.")] = []
    media_url: Annotated[OneLine, Field(max_length=1000, description="The file that the template wants.")] = ""

    async def written(self, work: Work, channel: Channel) -> Message:
        """Return the message. Raises InvalidInput for what does not go with the channel, or a template that is none."""
        refuse_others(self, "message", OF_CHANNEL[channel])
        template_id = None
        if self.template:
            known = {row.campaign: row.id for row in await list_templates(work)}
            if (template_id := known.get(self.template)) is None:
                text = _("There is no WhatsApp template “{name}” in use.", name=self.template)
                raise InvalidInput({"message.template": text})
        return Message(
            subject=self.subject,
            body=self.text,
            whatsapp_template_id=template_id,
            params=tuple(self.params),
            links=tuple(self.links),
            media_url=self.media_url,
        )


def refuse_others(body: Body, place: str, wanted: Collection[str]) -> None:
    """Raise InvalidInput for fields that are given and not among the wanted."""
    others = [name for name in body.model_dump(exclude_defaults=True) if name not in wanted]
    if others:
        raise InvalidInput({f"{place}.{name}": _("This does not go with the rest.") for name in others})


@contextmanager
def named_as_sent() -> Iterator[None]:
    """Name the fields that the domain refuses as a program has sent them."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput({_name(field): text for field, text in error.fields.items()}) from None


def _name(field: str) -> str:
    if found := re.fullmatch(r"(param|link)_(\d+)", field):
        return f"message.{found[1]}s.{int(found[2]) - 1}"
    return NAMES.get(field, field)
