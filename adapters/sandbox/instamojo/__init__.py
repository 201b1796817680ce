"""Instamojo's side of the wire, under ``/instamojo``: its API v1.1, and the payment pages its links lead to."""

from datetime import timedelta

from litestar import Router

from adapters.instamojo.signature import fields_of, mac_of
from adapters.sandbox.callbacks import Caller
from adapters.sandbox.instamojo import answers as instamojo_answers
from adapters.sandbox.instamojo.access import check_access, sandbox_value
from adapters.sandbox.instamojo.checkout import CheckoutController
from adapters.sandbox.instamojo.payment_requests import PaymentRequestController
from adapters.sandbox.instamojo.payments import PaymentController
from adapters.sandbox.instamojo.refunds import RefundController
from adapters.sandbox.rendering import given
from adapters.settings import Settings

__all__ = ["instamojo_answers", "instamojo_caller", "instamojo_router"]

# As after the support has switched them on: without, a lost webhook is never tried again.
GAPS = (timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=60), timedelta(hours=2))


def instamojo_router() -> Router:
    api = Router(
        "/instamojo/api/1.1",
        before_request=check_access,
        route_handlers=[PaymentRequestController, PaymentController, RefundController],
    )
    return Router("/", route_handlers=[api, CheckoutController], dependencies={"chance": given("instamojo_chance")})


def instamojo_caller(settings: Settings) -> Caller:
    """Return how Instamojo calls back: the signature is the form's last field."""
    salt = sandbox_value(settings, "INSTAMOJO_SALT")
    return Caller(seal=lambda body: f"&mac={mac_of(fields_of(body), salt)}".encode(), gaps=GAPS)
