"""Pages to look into calls: who was called, how it went, what was said, and what was reported of it."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.sandbox.bolna.calling import Calling
from adapters.sandbox.bolna.calls import Which, count_calls, find_call, find_calls, find_steps
from adapters.sandbox.bolna.outcomes import MAGIC, WAITING
from adapters.sandbox.bolna.recordings import as_file, sound_of
from adapters.sandbox.rendering import from_own_pages, go, page, page_number, pages_of

PER_PAGE = 20
GROUPS = {
    "waiting": WAITING,
    "running": ("initiated", "ringing", "in-progress", "call-disconnected"),
    "completed": ("completed",),
    "unreached": ("no-answer", "busy", "failed", "canceled", "stopped", "error", "balance-low"),
}
MOST_WALLET, MOST_AT_ONCE = 1_000_000.0, 1_000
_CALLBACK = "select subject from callbacks where id = %(id)s and provider = 'bolna'"


class CallPagesController(Controller):
    path = "/calls"
    guards = [from_own_pages]

    @get()
    async def index(self, request: Request[Any, Any, Any], calling: NamedDependency[Calling]) -> Response[str]:
        query = request.query_params
        search = _pattern(query.get("q"))
        totals = {name: await count_calls(calling.database, which) for name, which in _groups(search).items()}
        kind = query.get("show", "")
        kind = kind if kind in totals else ""
        pages = pages_of(totals[kind], PER_PAGE)
        number = page_number(query, pages)
        which = _groups(search)[kind]
        rows = await find_calls(calling.database, which, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
        account = await calling.account.read()
        return page(
            request,
            "calls/index.html",
            kind=kind,
            calls=rows,
            totals=totals,
            page=number,
            pages=pages,
            account=account,
            magic=MAGIC,
        )

    @get("/{call_id:str}")
    async def show(
        self, request: Request[Any, Any, Any], calling: NamedDependency[Calling], call_id: FromPath[str]
    ) -> Response[str]:
        row = await find_call(calling.database, call_id)
        if row is None:
            raise NotFoundException
        is_over = row.status in ("completed", "call-disconnected")
        execution = calling.executions.execution(row, row)
        return page(
            request,
            "calls/show.html",
            call=row,
            execution=execution,
            turns=calling.executions.turns(row) if is_over else [],
            steps=await find_steps(calling.database, row.id),
            has_recording=bool(execution["telephony_data"]["recording_url"]),
            callbacks=await calling.callbacks.about("bolna", row.id),
        )

    @get("/{call_id:str}/recording.wav")
    async def recording(
        self, request: Request[Any, Any, Any], calling: NamedDependency[Calling], call_id: FromPath[str]
    ) -> Response[bytes]:
        sound = await sound_of(calling, call_id)
        if sound is None:
            raise NotFoundException
        return as_file(request, sound)

    @post("/callbacks/{callback_id:int}", status_code=303)
    async def send_again(self, calling: NamedDependency[Calling], callback_id: FromPath[int]) -> Response[bytes]:
        """Call back once more, now."""
        row = await calling.database.row(_CALLBACK, id=callback_id) if callback_id < 2**63 else None
        if row is None:
            raise NotFoundException
        await calling.callbacks.again(callback_id)
        return go(f"/calls/{row.subject}?done=again")

    @post("/account", status_code=303)
    async def account(self, request: Request[Any, Any, Any], calling: NamedDependency[Calling]) -> Response[bytes]:
        """Fill or empty the wallet, and set how many calls may run at once."""
        form = await request.form()
        wallet, most = _number(form.get("wallet"), MOST_WALLET), _number(form.get("most_at_once"), MOST_AT_ONCE)
        if wallet is None or most is None or most < 1:
            return go("/calls?done=wrong")
        await calling.account.change(wallet * 100, int(most))
        return go("/calls?done=account")


def _groups(search: str | None) -> dict[str, Which]:
    return {"": Which(search=search)} | {name: Which(statuses=group, search=search) for name, group in GROUPS.items()}


def _pattern(search: str | None) -> str | None:
    if not search:
        return None
    escaped = search.replace("\x00", "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _number(value: object, most: float) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if 0 <= number <= most else None
