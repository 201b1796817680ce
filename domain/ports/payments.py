"""Payments through a gateway's links. Amounts are paise here, and texts with two decimals only on the wire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from domain.ports.outcomes import CannotTell, Missing, Refused, Unavailable, Unknown

# Why money goes back, as a gateway wants to hear it; PTH says it in the refund's body.
REFUND_KINDS: Mapping[str, str] = {
    "RFD": "Duplicate or delayed payment",
    "TNR": "Product or service no longer available",
    "QFL": "Customer not satisfied",
    "QNR": "Product lost or damaged",
    "EWN": "Digital download problem",
    "TAN": "Event cancelled or changed",
    "PTH": "Something else",
}


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
    """One attempt to pay. Only `credit` is money; `pending` is not decided yet. In paise only where ``currency`` is INR."""

    payment_id: str
    status: Literal["credit", "failed", "pending"]
    amount_paise: int
    fees_paise: int = 0
    instrument: str = ""
    reason: str = ""
    created_at: datetime | None = None
    request_id: str = ""
    currency: str = "INR"


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


@dataclass(frozen=True, slots=True)
class PaymentHint:
    """What a webhook or a redirect claims. Read the request from the gateway before anything is believed.

    ``event_id`` is the same for every copy of the same news; ``status`` is the gateway's word.
    """

    event_id: str
    request_id: str
    payment_id: str
    status: str
    reference: str = ""


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
