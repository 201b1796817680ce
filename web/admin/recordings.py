"""The recording of a call, through an address of ours that only admins may open."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from domain.accounts.tokens import token_hash
from domain.messaging.calls.recordings import call_of, fetch_recording, kept
from web.cookies import Cookies
from web.ranges import part_of
from web.work import check_audience, services_of

AGE = timedelta(hours=1)


class RecordingController(Controller):
    path = "/deliveries/{delivery_id:uuid}/recording"
    opt = {"no_shell": True}

    @get()
    async def show(self, request: Request[Any, Any, Any], delivery_id: FromPath[UUID]) -> Response[bytes]:
        services = services_of(request)
        token = token_hash(Cookies(services.settings).sign_in(request))
        # Closed before the provider is asked: no transaction waits for anybody outside.
        async with services.database.work_of(token) as work:
            check_audience(request, work.identity)
            call_id = await call_of(work, delivery_id)
        sound = await kept(services.files, delivery_id)
        sound = sound or await fetch_recording(services.files, services.voice, delivery_id, call_id)
        asked, age = request.headers.get("range", ""), int(AGE.total_seconds())
        return await part_of(services.files, sound, asked, max_age=age)
