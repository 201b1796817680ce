"""What is done with a broadcast: confirm it, take it back, stop it, send the failed again."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Response
from pydantic import AwareDatetime, Field

from domain.broadcasts.previewing import try_out
from domain.broadcasts.starting import CountChanged, cancel_broadcast, confirm_broadcast, retry_failed, take_back
from domain.errors import Conflict
from domain.work import Work
from web.api.broadcast_shapes import BroadcastDetail, detail
from web.api.describing import changes
from web.api.repeating import IdempotencyKey, Once
from web.api.shapes import Body, Shape


class Confirmation(Body):
    expected: Annotated[
        int, Field(ge=1, le=100_000_000, description="How many get it, as you have read it: `estimate.recipients`.")
    ]
    send_at: Annotated[
        AwareDatetime | None, Field(description="When it is to leave, within a year; at once when not given.")
    ] = None


class BroadcastWithCount(BroadcastDetail):
    count: Annotated[int, Field(description="How many messages this concerned.")]


class TrialOnItsWay(Shape):
    """The message on its way to whose token it is."""

    to: Annotated[str, Field(description="Your own address or number.", examples=["ben@example.com"])]
    delivery_id: UUID
    delivery_url: Annotated[str, Field(description="Where to look at what became of it.")]


class OthersByNow(Conflict):
    """Not as many as were expected would get it; ``fields`` says how many."""

    code = "count_changed"

    def __init__(self, changed: CountChanged) -> None:
        super().__init__(str(changed))
        self.fields = {"expected": str(changed.count)}


class BroadcastRunApi(Controller):
    path = "/broadcasts"
    tags = ["Broadcasts"]

    @changes(
        "/{broadcast_id:uuid}/confirmation",
        scope="broadcasts:write",
        summary="Send a draft",
        description="Now or later, to as many people as you expect. Are there others by now, nothing is sent: 409 with the"
        " code `count_changed`, and how many there are in `fields.expected`.",
        status=202,
    )
    async def confirm(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        broadcast_id: FromPath[UUID],
        data: JSONBody[Confirmation],
        key: IdempotencyKey = None,
    ) -> Response[BroadcastDetail]:
        async def start() -> tuple[int, BroadcastDetail]:
            try:
                await confirm_broadcast(work, broadcast_id, data.expected, data.send_at)
            except CountChanged as error:
                raise OthersByNow(error) from None
            return 202, await detail(request, work, broadcast_id)

        return await Once(key, request.url.path).answer(work, data, start)

    @changes(
        "/{broadcast_id:uuid}/trial",
        scope="broadcasts:write",
        summary="Try a broadcast out",
        description="Sends its message to whose token it is, and to nobody else. A call is a real call.",
        status=202,
    )
    async def try_out(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        broadcast_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Response[TrialOnItsWay]:
        async def send() -> tuple[int, TrialOnItsWay]:
            trial = await try_out(work, broadcast_id)
            url = f"/api/deliveries/{trial.delivery_id}"
            return 202, TrialOnItsWay(to=trial.to, delivery_id=trial.delivery_id, delivery_url=url)

        return await Once(key, request.url.path).answer(work, None, send)

    @changes(
        "/{broadcast_id:uuid}/confirmation/end",
        scope="broadcasts:write",
        summary="Take a scheduled broadcast back",
        description="It is a draft again, until it has begun to leave.",
        status=200,
    )
    async def unconfirm(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        broadcast_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Response[BroadcastDetail]:
        async def end() -> tuple[int, BroadcastDetail]:
            await take_back(work, broadcast_id)
            return 200, await detail(request, work, broadcast_id)

        return await Once(key, request.url.path).answer(work, None, end)

    @changes(
        "/{broadcast_id:uuid}/cancellation",
        scope="broadcasts:write",
        summary="Cancel a broadcast",
        description="What has not left does not leave; what has cannot be called back.",
        status=200,
    )
    async def cancel(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        broadcast_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Response[BroadcastWithCount]:
        return await _counted(request, work, Once(key, request.url.path), broadcast_id, cancel_broadcast, 200)

    @changes(
        "/{broadcast_id:uuid}/retry",
        scope="broadcasts:write",
        summary="Send the failed messages again",
        status=202,
    )
    async def retry(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        broadcast_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Response[BroadcastWithCount]:
        return await _counted(request, work, Once(key, request.url.path), broadcast_id, retry_failed, 202)


async def _counted(
    request: Request[Any, Any, Any],
    work: Work,
    once: Once,
    broadcast_id: UUID,
    act: Callable[[Work, UUID], Awaitable[int]],
    status: int,
) -> Response[Any]:
    async def make() -> tuple[int, BroadcastWithCount]:
        count = await act(work, broadcast_id)
        facts = dict(await detail(request, work, broadcast_id))
        return status, BroadcastWithCount(**facts, count=count)

    return await once.answer(work, None, make)
