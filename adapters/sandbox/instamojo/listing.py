"""What the sandbox's payment pages list: requests, payments, refunds, callbacks."""

from collections.abc import Sequence
from typing import Any

from adapters.sandbox.database import SandboxDatabase

_SEARCH = """
(%(search)s::text is null or {columns} ilike %(search)s)
"""
_TEXT = "concat_ws(' ', r.id, r.purpose, r.buyer_name, r.email, r.phone)"
_WHERE = {
    "requests": f"from payment_requests r where {_SEARCH.format(columns=_TEXT)}",
    "payments": "from payments p join payment_requests r on r.id = p.payment_request_id where "
    + _SEARCH.format(columns="concat_ws(' ', p.id, p.buyer_name, p.email, p.phone, r.purpose)"),
    "refunds": "from refunds f join payments p on p.id = f.payment_id join payment_requests r"
    " on r.id = p.payment_request_id where "
    + _SEARCH.format(columns="concat_ws(' ', f.id, f.payment_id, f.body, r.purpose)"),
    "callbacks": "from callbacks c join payment_requests r on r.id = c.subject where c.provider = 'instamojo' and "
    + _SEARCH.format(columns=f"concat_ws(' ', c.url, c.kind, {_TEXT})"),
}
_COLUMNS = {
    "requests": "r.*, app_now() as now",
    "payments": "p.*, r.purpose",
    "refunds": "f.*, p.payment_request_id, r.purpose",
    "callbacks": "c.id, c.kind, c.url, c.state, c.attempts, c.due_at, c.created_at, c.subject, r.purpose,"
    " (select a.status from callback_attempts a where a.callback_id = c.id order by a.id desc limit 1) as status",
}
_ORDER = {"requests": "r.created_at", "payments": "p.created_at", "refunds": "f.created_at", "callbacks": "c.id"}
KINDS = tuple(_WHERE)


async def counts(database: SandboxDatabase, search: str | None) -> dict[str, int]:
    """Return how many of each kind there are."""
    columns = ", ".join(f"(select count(*) {where}) as {kind}" for kind, where in _WHERE.items())
    row = await database.row(f"select {columns}", search=_pattern(search))
    return {kind: int(getattr(row, kind)) for kind in KINDS}


async def listed(database: SandboxDatabase, kind: str, search: str | None, *, limit: int, offset: int) -> Sequence[Any]:
    """Return entries of a kind, newest first."""
    statement = (
        f"select {_COLUMNS[kind]} {_WHERE[kind]} order by {_ORDER[kind]} desc, 1 limit %(limit)s offset %(offset)s"
    )
    return await database.rows(statement, search=_pattern(search), limit=limit, offset=offset)


def _pattern(search: str | None) -> str | None:
    if not search:
        return None
    escaped = search.replace("\x00", "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
