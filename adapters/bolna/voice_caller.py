"""Calls through Bolna's hosted agents."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from adapters.bolna.answers import (
    THE_RECIPIENT,
    Failure,
    body_of,
    cannot_tell,
    failure_of,
    malformed,
    message_of,
    silence,
)
from adapters.bolna.executions import (
    REFERENCE,
    delivery_of,
    identity_of,
    may_tell_later,
    report_of,
    tells_recipient_data,
)
from adapters.bolna.fields import moment, text
from adapters.bolna.listing import listed
from adapters.bolna.recordings import fetch
from domain.language import _
from domain.ports.outcomes import CannotTell, Missing, Refused, Unavailable
from domain.ports.voice import Call, CallOutcome, CallReport, CallStarted, Recording

# Bolna estimates nothing; calls of this kind take between half a minute and three.
TYPICAL_SECONDS = 90
AT_ONCE = 4
# Look-ups come in bursts after a fault, each over the same list.
MOST_REMEMBERED = 10_000
_PHONE = re.compile(r"\+[1-9]\d{7,14}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class BolnaVoiceCaller:
    """Bolna as a VoiceCaller. It knows no idempotency key: what is Unknown is looked up by find(), never placed again."""

    def __init__(self, client: httpx.AsyncClient, agent_id: str) -> None:
        self._client = client
        self._agent_id = agent_id
        self._deliveries: dict[str, UUID | None] = {}

    async def call(self, call: Call) -> CallOutcome:
        """Have somebody called now. Never raises; silence after the request left is Unknown."""
        agent_id = call.agent_id or self._agent_id
        if not _PHONE.fullmatch(call.to_number):
            return Refused(_("This is no telephone number with its country code."), recipients=THE_RECIPIENT)
        if not _ID.fullmatch(agent_id):
            return Unavailable(_("No agent is named to speak. Set BOLNA_AGENT_ID."))
        answer = await self._post("/call", _body(call, agent_id))
        if not isinstance(answer, httpx.Response):
            return answer
        body = body_of(answer)
        call_id = text(body, "execution_id")
        if not answer.is_success or not call_id:
            return failure_of(answer, body)
        status = text(body, "status") or "queued"
        return CallStarted(call_id, agent_id, status, call.to_number, TYPICAL_SECONDS)

    async def stop(self, call_id: str) -> Failure | None:
        """Stop a call that waits still; None when it is stopped. One that rings or runs cannot be hung up."""
        if not _ID.fullmatch(call_id):
            return _no_such_call()
        answer = await self._post(f"/call/{call_id}/stop", None)
        if not isinstance(answer, httpx.Response):
            return answer
        body = body_of(answer)
        if answer.is_success and body:
            return None
        if answer.status_code == 404 and body:
            return _no_such_call()
        if answer.status_code in (400, 409) and body:
            reason = _("The call has begun already and cannot be stopped. Bolna says: {said}", said=message_of(body))
            return Refused(reason)
        return failure_of(answer, body)

    async def get(self, call_id: str) -> CallReport | Missing | CannotTell:
        """Read where a call stands."""
        raw = await self._execution(call_id)
        return _report(raw) if isinstance(raw, dict) else raw

    async def find(self, delivery_id: UUID, since: datetime, agent_id: str = "") -> CallReport | Missing | CannotTell:
        """Look for a call made since then for this delivery, by reading each candidate: lists leave the reference out."""
        rows = await listed(self._client, agent_id or self._agent_id, since)
        if isinstance(rows, CannotTell):
            return rows
        # Made right after ``since`` most likely, so these are read first.
        rows.sort(key=lambda row: abs((_made_at(row) - since).total_seconds()))
        for start in range(0, len(rows), AT_ONCE):
            batch = rows[start : start + AT_ONCE]
            deliveries = await asyncio.gather(*(self._delivery(row) for row in batch))
            for row, delivery in zip(batch, deliveries, strict=True):
                if isinstance(delivery, CannotTell):
                    return delivery
                if delivery == delivery_id:
                    return await self.get(identity_of(row))
        return Missing()

    async def recent(self, since: datetime, agent_id: str = "") -> Sequence[CallReport] | CannotTell:
        """Return the agent's calls since then, as the list tells them: without delivery, transcript and costs."""
        rows = await listed(self._client, agent_id or self._agent_id, since)
        if isinstance(rows, CannotTell):
            return rows
        reports = [_report(row) for row in rows]
        read = [report for report in reports if isinstance(report, CallReport)]
        return read if len(read) == len(reports) else malformed()

    async def recording(self, call_id: str) -> Recording | Missing | CannotTell:
        """Fetch the recording of a call; Missing where there is none, or none yet."""
        report = await self.get(call_id)
        if not isinstance(report, CallReport):
            return report
        return await fetch(self._client, report.recording_url) if report.recording_url else Missing()

    async def _delivery(self, row: Mapping[str, Any]) -> UUID | CannotTell | None:
        if tells_recipient_data(row):
            return delivery_of(row)
        call_id = identity_of(row)
        if call_id not in self._deliveries:
            raw = await self._execution(call_id)
            # Whatever is listed and does not tell what it was made for may be the very call looked for.
            if isinstance(raw, Missing) or (isinstance(raw, dict) and may_tell_later(raw)):
                return malformed()
            if isinstance(raw, CannotTell):
                return raw
            if len(self._deliveries) >= MOST_REMEMBERED:
                self._deliveries.clear()
            self._deliveries[call_id] = delivery_of(raw)
        return self._deliveries.get(call_id)

    async def _execution(self, call_id: str) -> dict[str, Any] | Missing | CannotTell:
        if not _ID.fullmatch(call_id):
            return Missing()
        try:
            answer = await self._client.get(f"/executions/{call_id}")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return CannotTell(silence(error).reason)
        body = body_of(answer)
        if answer.status_code == 404 and body:
            return Missing()
        if not answer.is_success:
            return cannot_tell(answer, body)
        return body if identity_of(body) == call_id else malformed()

    async def _post(self, path: str, body: dict[str, Any] | None) -> httpx.Response | Failure:
        try:
            return await self._client.post(path, json=body) if body else await self._client.post(path)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return silence(error)


def _body(call: Call, agent_id: str) -> dict[str, Any]:
    # Without `scheduled_at`: waiting is our own business, and `retry_config` would have Bolna call again behind our back.
    data = {**call.user_data, REFERENCE: str(call.delivery_id)}
    return {"agent_id": agent_id, "recipient_phone_number": call.to_number, "user_data": data}


def _report(raw: Mapping[str, Any]) -> CallReport | CannotTell:
    try:
        return report_of(raw)
    except (ValueError, TypeError):
        return malformed()


def _made_at(row: Mapping[str, Any]) -> datetime:
    return moment(row.get("created_at")) or datetime.now(UTC)


def _no_such_call() -> Refused:
    return Refused(_("Bolna does not know this call."))
