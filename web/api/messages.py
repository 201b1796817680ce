"""Sending: e-mails, WhatsApp messages and calls to one person, by the rules of the pages; and what a call recorded."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request
from litestar.params import FromPath, JSONBody
from litestar.response import Response
from pydantic import Field

from domain.errors import DomainError
from domain.language import _
from domain.messaging.calls.recordings import call_of, fetch_recording, kept
from domain.messaging.direct import To, make_call, write_email, write_whatsapp, write_whatsapp_text
from domain.messaging.results import find_result, is_settled
from domain.ports.whatsapp import WhatsAppMedia
from domain.work import Row, Work
from web.api.access import api_work
from web.api.describing import changes, reads
from web.api.following import Prefer, follow, followed, plan_once
from web.api.repeating import IdempotencyKey, Once
from web.api.results import CallResult, EmailResult, WhatsAppResult, result_of
from web.api.shapes import Body, Shape
from web.fields import OneLine, Paragraphs
from web.ranges import part_of
from web.work import services_of

State = Literal["pending", "sending", "sent", "retry", "failed", "unknown", "cancelled"]
Short = Annotated[OneLine, Field(max_length=300)]
ASYNC = "It is still under way: look at the delivery."


class Followed(Shape):
    """Where it stands, and the delivery to follow it by."""

    delivery_id: UUID
    delivery_url: Annotated[str, Field(examples=["/api/deliveries/…"])]
    state: Annotated[State, Field(description="Where it stands with us.")]
    reason: Annotated[str, Field(description="Why it stands so, in words.")]


class SentEmail(EmailResult, Followed):
    """An e-mail that was sent, or is about to be."""


class SentWhatsApp(WhatsAppResult, Followed):
    """A WhatsApp message that was sent, or is about to be."""


class MadeCall(CallResult, Followed):
    """A call that was made, or is about to be."""


class Recipient(Body):
    """Base of every send: a person we know, or an address of theirs."""

    person_id: Annotated[UUID | None, Field(description="Somebody we know; else give `to`.")] = None
    name: Annotated[Short, Field(examples=["Ravi Kumar"])] = ""

    def recipient(self) -> To:
        return To(self.person_id, getattr(self, "to", ""), self.name)


class NewEmail(Recipient):
    """What the person expects. What is advertising goes by a campaign or a broadcast, which can be unsubscribed from."""

    to: Annotated[Short, Field(examples=["ravi@example.com"])] = ""
    subject: Annotated[OneLine, Field(min_length=1, max_length=200, examples=["Your seat"])]
    text: Annotated[Paragraphs, Field(min_length=1, max_length=10_000, examples=["Hello Ravi, your seat is kept."])]


class Media(Body):
    url: Annotated[OneLine, Field(max_length=1000, pattern="^https://", examples=["https://example.com/plan.pdf"])]
    filename: Annotated[OneLine, Field(min_length=1, max_length=200, examples=["plan.pdf"])]
    kind: Literal["image", "document", "video"]


class NewWhatsApp(Recipient):
    """A template with what fills it, or, within 24 hours of their last message, free text."""

    to: Annotated[Short, Field(examples=["98765 43210"])] = ""
    template: Annotated[Short, Field(description="Its name; else give `text`.", examples=["announcement"])] = ""
    params: Annotated[
        list[Annotated[OneLine, Field(max_length=1000)]],
        Field(max_length=20, description="They fill {{1}}, {{2}} … in order.", examples=[["Ravi", "Asha", "Welcome"]]),
    ] = []
    links: Annotated[list[Short], Field(max_length=10, description="The ends of the template's link buttons.")] = []
    media: Media | None = None
    text: Annotated[Paragraphs, Field(max_length=4096, description="Free text.")] = ""


class NewCall(Recipient):
    to: Annotated[Short, Field(examples=["98765 43210"])] = ""
    user_data: Annotated[
        dict[Annotated[OneLine, Field(max_length=60)], Annotated[Paragraphs, Field(max_length=2000)]],
        Field(max_length=30, description="What fills the agent's prompt.", examples=[{"course": "Python"}]),
    ] = {}
    agent_id: Annotated[
        str, Field(pattern="^[0-9a-fA-F-]{0,64}$", description="The agent of the settings, unless given.")
    ] = ""
    is_marketing: Annotated[bool, Field(description="Whether it is advertising.")] = False


class MessageApi(Controller):
    path = "/"
    tags = ["Messages"]

    @changes(
        "/emails",
        scope="messages:send",
        summary="Send an e-mail",
        also={202: (SentEmail, ASYNC)},
        opt={"checked_first": True},
    )
    async def email(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[NewEmail],
        key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[SentEmail]:
        async def plan(work: Work) -> UUID:
            return await write_email(work, data.recipient(), subject=data.subject, text=data.text)

        return await _sent(request, Once(key, request.url.path), data, plan, SentEmail, prefer)

    @changes(
        "/whatsapp-messages",
        scope="messages:send",
        summary="Send a WhatsApp message",
        description="In quiet hours it waits for their end.",
        also={202: (SentWhatsApp, ASYNC)},
        opt={"checked_first": True},
    )
    async def whatsapp(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[NewWhatsApp],
        key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[SentWhatsApp]:
        async def plan(work: Work) -> UUID:
            if bool(data.template) == bool(data.text):
                raise DomainError(_("Give either a template or a text."))
            if data.text:
                return await write_whatsapp_text(work, data.recipient(), data.text)
            media = WhatsAppMedia(data.media.url, data.media.filename, data.media.kind) if data.media else None
            return await write_whatsapp(
                work, data.recipient(), template=data.template, params=data.params, media=media, links=data.links
            )

        return await _sent(request, Once(key, request.url.path), data, plan, SentWhatsApp, prefer)

    @changes(
        "/calls",
        scope="messages:send",
        summary="Make a call",
        description="In quiet hours it waits for their end.",
        also={202: (MadeCall, ASYNC)},
        opt={"checked_first": True},
    )
    async def call(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[NewCall],
        key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[MadeCall]:
        async def plan(work: Work) -> UUID:
            return await make_call(
                work,
                data.recipient(),
                user_data=data.user_data,
                agent_id=data.agent_id,
                is_marketing=data.is_marketing,
            )

        return await _sent(request, Once(key, request.url.path), data, plan, MadeCall, prefer)


class RecordingApi(Controller):
    path = "/calls/{delivery_id:uuid}/recording"
    tags = ["Messages"]

    @reads(
        scope="deliveries:read",
        summary="Get the recording of a call",
        description="The sound as the provider keeps it. 404 until the call has ended, and where nothing was recorded.",
        opt={"checked_first": True},
        media_type="audio/mpeg",
    )
    async def show(self, request: Request[Any, Any, Any], delivery_id: FromPath[UUID]) -> Response[bytes]:
        async with api_work(request) as work:
            call_id = await call_of(work, delivery_id)
        services = services_of(request)
        sound = await kept(services.files, delivery_id)
        sound = sound or await fetch_recording(services.files, services.voice, delivery_id, call_id)
        return await part_of(services.files, sound, request.headers.get("range", ""), max_age=0)


async def _sent(
    request: Request[Any, Any, Any], once: Once, data: Body, plan: Any, shape: type[Followed], prefer: str | None
) -> Response[Any]:
    """Plan it, wait for it, and answer with what came of it."""
    delivery_id = await plan_once(request, once, data, plan)

    async def look(work: Work) -> Row:
        return await find_result(work, delivery_id)

    def is_over(row: Row, work: Work) -> bool:
        return is_settled(row) or row.due_at > work.now  # quiet hours: it does not leave soon

    row = await follow(request, look, is_over, prefer)
    url = f"/api/deliveries/{delivery_id}"
    facts = {"delivery_id": delivery_id, "delivery_url": url, "state": row.state, "reason": row.reason}
    return followed(shape(**result_of(row).model_dump(), **facts), url, done=is_settled(row))
