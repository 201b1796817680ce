"""Payments through a gateway's links. Amounts are paise here, and texts with two decimals only on the wire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from domain.ports.outcomes import CannotTell, Missing, Refused, Unavailable, Unknown


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A link to ask for. ``reference`` is ours and comes back in redirects and webhooks; ``purpose`` at most 30 characters."""

    reference: str
    purpose: str
    amount_paise: int
    buyer_name: str = ""
    email: str = ""
    phone: str = ""
    redirect_url: str = ""
    webhook_url: str = ""


@dataclass(frozen=True, slots=True)
class GatewayPayment:
    """One attempt to pay. Only `credit` is money."""

    payment_id: str
    status: Literal["credit", "failed"]
    amount_paise: int
    fees_paise: int = 0
    instrument: str = ""
    reason: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """The gateway's request. ``amount`` is the wire's text, like 5000.00."""

    id: str
    longurl: str
    amount: str
    amount_paise: int
    purpose: str
    status: str
    buyer_name: str = ""
    email: str = ""
    phone: str = ""
    is_enabled: bool = True
    payments: Sequence[GatewayPayment] = ()


@dataclass(frozen=True, slots=True)
class PaymentRequested:
    payment_request: PaymentLink
    success: bool = True


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund. ``id`` is empty until the gateway has taken it."""

    id: str
    payment_id: str
    status: str
    amount_paise: int
    kind: str
    body: str = ""
    created_at: datetime | None = None


RequestOutcome = PaymentRequested | Refused | Unavailable | Unknown


class PaymentGateway(Protocol):
    async def create(self, request: PaymentRequest) -> RequestOutcome: ...
    async def get(self, request_id: str) -> PaymentLink | Missing | CannotTell: ...
    async def find(self, reference: str, since: datetime) -> PaymentLink | Missing | CannotTell:
        """Look a request up by our reference: whether one that was never answered arrived."""
        ...

    async def recent(self, since: datetime) -> Sequence[PaymentLink] | CannotTell: ...
    async def enable(self, request_id: str) -> Refused | Unavailable | Unknown | None: ...
    async def disable(self, request_id: str) -> Refused | Unavailable | Unknown | None: ...
    async def payment(self, payment_id: str) -> GatewayPayment | Missing | CannotTell: ...
    async def refund(
        self, payment_id: str, kind: str, body: str, amount_paise: int | None = None, reference: str = ""
    ) -> Refund | Refused | Unavailable | Unknown: ...

    async def refunds(self) -> Sequence[Refund] | CannotTell: ...
