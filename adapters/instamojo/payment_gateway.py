"""Payments through Instamojo's payment requests (API v1.1)."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from adapters.instamojo.answers import (
    Failure,
    body_of,
    cannot_tell,
    failure_of,
    fields_at_fault,
    malformed,
    silence,
    succeeded,
)
from adapters.instamojo.listing import all_read, listed
from adapters.instamojo.objects import link_of, payment_of, read, refund_of
from adapters.instamojo.references import reference_in
from adapters.instamojo.requests import PREFILLED, fields_of, problem_with, problem_with_refund, refund_fields
from domain.language import _
from domain.ports import CannotTell, Missing, Refused, Unavailable, Unknown
from domain.ports.payments import (
    GatewayPayment,
    PaymentLink,
    PaymentRequest,
    PaymentRequested,
    Refund,
    RequestOutcome,
)

# Ids come back to us in redirects and webhooks that anybody can make up, and then become a part of a path.
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Instamojo's clock and ours may differ.
_CLOCK_SKEW = timedelta(minutes=5)
_REQUESTS = "payment-requests/"


class InstamojoPaymentGateway:
    """A PaymentGateway. ``webhook_url`` is called back where a request names no address of its own."""

    def __init__(self, client: httpx.AsyncClient, webhook_url: str = "") -> None:
        self._client = client
        self._webhook_url = webhook_url

    async def create(self, request: PaymentRequest) -> RequestOutcome:
        """Ask for a payment link. Never raises; silence after the request may have left is Unknown."""
        if problem := problem_with(request):
            return Refused(problem)
        fields = fields_of(request, self._webhook_url)
        answer = await self._post(_REQUESTS, fields)
        if isinstance(answer, httpx.Response) and (bare := _without_prefilled(fields, answer)):
            answer = await self._post(_REQUESTS, bare)
        if not isinstance(answer, httpx.Response):
            return answer
        body = body_of(answer)
        link = read(link_of, body.get("payment_request")) if succeeded(answer, body) else None
        return PaymentRequested(link) if link else failure_of(answer, body)

    async def get(self, request_id: str) -> PaymentLink | Missing | CannotTell:
        """Return the request with all attempts to pay it."""
        if not _ID.fullmatch(request_id):
            return Missing()
        body = await self._get(f"{_REQUESTS}{request_id}/")
        if not isinstance(body, dict):
            return body
        return read(link_of, body.get("payment_request")) or malformed()

    async def find(self, reference: str, since: datetime) -> PaymentLink | Missing | CannotTell:
        """Look through the requests made since then for the one that carries our reference.

        Missing is certain: the list was read to its end.
        """
        requests = await listed(
            self._client, _REQUESTS, "payment_requests", min_created_at=_instant(since - _CLOCK_SKEW)
        )
        if isinstance(requests, CannotTell):
            return requests
        ours = [
            raw
            for raw in requests
            if reference in (reference_in(raw.get("webhook")), reference_in(raw.get("redirect_url")))
        ]
        return await self.get(str(ours[0].get("id"))) if ours else Missing()

    async def recent(self, since: datetime) -> Sequence[PaymentLink] | CannotTell:
        """Return the requests made or changed since then, without their payments: lists lack them."""
        requests = await listed(
            self._client, _REQUESTS, "payment_requests", min_modified_at=_instant(since - _CLOCK_SKEW)
        )
        if isinstance(requests, CannotTell):
            return requests
        return all_read(read(link_of, raw) for raw in requests)

    async def enable(self, request_id: str) -> Failure | None:
        """Let the link be paid again; None when it is so."""
        return await self._switch(request_id, "enable")

    async def disable(self, request_id: str) -> Failure | None:
        """Let the link be paid no more; None when it is so."""
        return await self._switch(request_id, "disable")

    async def payment(self, payment_id: str) -> GatewayPayment | Missing | CannotTell:
        """Return one attempt to pay, as the gateway has it now."""
        if not _ID.fullmatch(payment_id):
            return Missing()
        body = await self._get(f"payments/{payment_id}/")
        if not isinstance(body, dict):
            return body
        return read(payment_of, body.get("payment")) or malformed()

    async def refund(
        self, payment_id: str, kind: str, body: str, amount_paise: int | None = None, reference: str = ""
    ) -> Refund | Failure:
        """Give money back, all of it without an amount. ``reference`` goes into the reason, so that refunds() tells it."""
        if problem := problem_with_refund(kind, body, amount_paise):
            return Refused(problem)
        answer = await self._post("refunds/", refund_fields(payment_id, kind, body, amount_paise, reference))
        if not isinstance(answer, httpx.Response):
            return answer
        said = body_of(answer)
        refund = read(refund_of, said.get("refund")) if succeeded(answer, said) else None
        return refund or failure_of(answer, said)

    async def refunds(self) -> Sequence[Refund] | CannotTell:
        """Return every refund of the account, newest first as Instamojo lists them."""
        refunds = await listed(self._client, "refunds/", "refunds")
        if isinstance(refunds, CannotTell):
            return refunds
        return all_read(read(refund_of, raw) for raw in refunds)

    async def _switch(self, request_id: str, action: str) -> Failure | None:
        if not _ID.fullmatch(request_id):
            return Refused(_("Instamojo does not know this payment request."))
        answer = await self._post(f"{_REQUESTS}{request_id}/{action}/", {})
        if not isinstance(answer, httpx.Response):
            return answer
        body = body_of(answer)
        if answer.status_code == 404 and body:
            return Refused(_("Instamojo does not know this payment request."))
        return None if succeeded(answer, body) else failure_of(answer, body)

    async def _post(self, path: str, fields: Mapping[str, str]) -> httpx.Response | Unavailable | Unknown:
        try:
            return await self._client.post(path, data=fields)
        except httpx.HTTPError as error:
            return silence(error)

    async def _get(self, path: str) -> dict[str, Any] | Missing | CannotTell:
        try:
            answer = await self._client.get(path)
        except httpx.HTTPError as error:
            return CannotTell(silence(error).reason)
        body = body_of(answer)
        if answer.status_code == 404 and body:
            return Missing()
        return body if succeeded(answer, body) else cannot_tell(answer, body)


def _without_prefilled(fields: dict[str, str], answer: httpx.Response) -> dict[str, str] | None:
    """Return the form without what was refused, when that only fills the payment page's form beforehand.

    Instamojo checks phones against the ranges really assigned and refuses some good ones; no payment should fail on that.
    """
    at_fault = fields_at_fault(answer, body_of(answer))
    if not at_fault or not at_fault <= set(PREFILLED) & set(fields):
        return None
    return {name: value for name, value in fields.items() if name not in at_fault}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
