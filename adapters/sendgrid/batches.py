"""Batch ids and scheduled sends: a name for e-mails that wait at SendGrid, and how what waits is cancelled.

SendGrid cancels at most ten batches at a time, and promises nothing in the last ten minutes before ``send_at``.
"""

from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from adapters.sendgrid.answers import refusal_of, unreachable
from domain.language import _
from domain.ports import BatchCancelled, BatchOpened, Refused, Unavailable

SCHEDULED = "/v3/user/scheduled_sends"


async def open_batch(client: httpx.AsyncClient) -> BatchOpened | Refused | Unavailable:
    """Ask for a batch id. One that is never used costs nothing, so silence is no worse than a refusal."""
    try:
        response = await client.post("/v3/mail/batch")
    except httpx.HTTPError as error:
        return unreachable(error)
    if response.status_code != 201:
        return refusal_of(response)
    batch_id = _member(response, "batch_id")
    return BatchOpened(batch_id) if batch_id else Unavailable(_("SendGrid's answer could not be read."))


async def cancel(client: httpx.AsyncClient, batch_id: str) -> BatchCancelled | Refused | Unavailable:
    """Mark the batch as cancelled, whatever was marked before."""
    try:
        response = await client.post(SCHEDULED, json={"batch_id": batch_id, "status": "cancel"})
        if response.status_code == 400:
            # The same status for an unknown batch, for ten others, and for one that has a status: only a look tells.
            return await _change(client, batch_id, response)
    except httpx.HTTPError as error:
        return unreachable(error)
    return BatchCancelled(batch_id) if response.status_code == 201 else refusal_of(response)


async def _change(
    client: httpx.AsyncClient, batch_id: str, refused: httpx.Response
) -> BatchCancelled | Refused | Unavailable:
    path = f"{SCHEDULED}/{quote(batch_id, safe='')}"
    status = _member(await client.get(path), "status")
    if status == "cancel":
        return BatchCancelled(batch_id)
    if status != "pause":
        return refusal_of(refused)
    changed = await client.patch(path, json={"status": "cancel"})
    return BatchCancelled(batch_id) if changed.status_code == 204 else refusal_of(changed)


def _member(response: httpx.Response, name: str) -> str:
    """Return a text of the answer's object, or of the first in its list; nothing where there is none."""
    try:
        body: Any = msgspec.json.decode(response.content)
        value = (body[0] if isinstance(body, list) else body)[name]
    except (msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError):
        return ""
    return value if isinstance(value, str) else ""
