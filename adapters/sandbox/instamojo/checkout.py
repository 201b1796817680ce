"""The payment page at a request's ``longurl``: who pays, with what, and what is to come of it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.sandbox.callbacks import Callbacks
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.faults import Faults
from adapters.sandbox.instamojo.forms import form_of
from adapters.sandbox.instamojo.methods import BANKS, CARDS, METHODS, Chosen, chosen
from adapters.sandbox.instamojo.objects import Objects
from adapters.sandbox.instamojo.paying import FAILURES, Payer, attempt, call_back, is_open
from adapters.sandbox.instamojo.validation import LONGEST, indian_phone, is_email
from adapters.sandbox.rendering import HEADERS, from_own_pages, go, page
from adapters.sandbox.sendgrid.outcomes import Chance
from adapters.settings import Settings
from domain.language import _

# Beside these a form may ask for any of FAILURES.
PAY, PAY_AND_CLOSE, CLOSE = "pay", "pay-and-close", "close"
_ONE = "select *, app_now() as now from payment_requests where id = %(id)s"
_FAILED_BEFORE = "select count(*) from payments where payment_request_id = %(id)s"


class CheckoutController(Controller):
    path = "/instamojo/@demo/{request_id:str}"
    guards = [from_own_pages]

    @get()
    async def show(
        self, request: Request[Any, Any, Any], database: NamedDependency[SandboxDatabase], request_id: FromPath[str]
    ) -> Response[str]:
        row = await _request(database, request_id)
        method = request.query_params.get("method", "")
        form = {"buyer_name": row.buyer_name, "email": row.email, "phone": row.phone, "method": method}
        return _shown(request, row, form, {})

    @post()
    async def pay(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[SandboxDatabase],
        settings: NamedDependency[Settings],
        callbacks: NamedDependency[Callbacks],
        chance: NamedDependency[Chance],
        faults: NamedDependency[Faults],
        request_id: FromPath[str],
    ) -> Response[Any]:
        """Pay, or do what the pressed button says, and go back to whoever asked for the money."""
        row = await _request(database, request_id)
        form = await form_of(request)
        outcome = form.get("outcome", PAY)
        if outcome == CLOSE:
            return _ended(request, row, "closed")
        errors: dict[str, str] = {}
        payer, means = _payer(form, errors), chosen(form, errors)
        if errors:
            return _shown(request, row, form, errors)
        failure = await _failure(outcome, means, row, database, chance, faults)
        payment = await attempt(database, request_id, payer, means.instrument, failure)
        if payment is None:
            return _shown(request, await _request(database, request_id), form, {})
        await call_back(database, callbacks, chance, payment, Objects(settings, row.now).longurl(row.id))
        return _afterwards(request, row, payment, outcome)


async def _request(database: SandboxDatabase, request_id: str) -> Any:
    row = await database.row(_ONE, id=request_id)
    if row is None:
        raise NotFoundException
    return row


async def _failure(
    outcome: str, means: Chosen, row: Any, database: SandboxDatabase, chance: Chance, faults: Faults
) -> str:
    """Return what goes wrong: what was asked for, what always does, what is planned, or what chance has it."""
    if outcome in FAILURES or means.failure:
        return outcome if outcome in FAILURES else means.failure
    if planned := await faults.take("instamojo:payment"):
        return planned
    tries = (await database.row(_FAILED_BEFORE, id=row.id))[0]
    return "declined" if chance.share("pays", row.purpose, row.amount, tries) < chance.failure_rate else ""


def _payer(form: Mapping[str, str], errors: dict[str, str]) -> Payer:
    payer = Payer(
        form.get("buyer_name", "").strip(), form.get("email", "").strip(), indian_phone(form.get("phone", ""))
    )
    if not 0 < len(payer.buyer_name) <= LONGEST["buyer_name"]:
        errors["buyer_name"] = _("Enter your name.")
    if not is_email(payer.email) or len(payer.email) > LONGEST["email"]:
        errors["email"] = _("Enter your e-mail address.")
    if not payer.phone:
        errors["phone"] = _("Enter an Indian mobile number of ten digits.")
    return payer


def _shown(request: Request[Any, Any, Any], row: Any, form: Mapping[str, str], errors: dict[str, str]) -> Response[str]:
    if not is_open(row):
        return _ended(request, row, "paid" if row.completed_at and not row.allow_repeated_payments else "disabled")
    method = form.get("method") if form.get("method") in METHODS else METHODS[0]
    response = page(
        request,
        "payments/checkout.html",
        status_code=422 if errors else 200,
        payment_request=row,
        form=form,
        errors=errors,
        method=method,
        cards=[(card.key, card.label) for card in CARDS],
        banks=[(bank.key, bank.label) for bank in BANKS],
    )
    response.headers["Content-Security-Policy"] = _policy(row.redirect_url)
    return response


def _policy(redirect_url: str) -> str:
    """Return our policy, with the shop as a place where the form may end: browsers apply it to redirects as well."""
    policy = HEADERS["Content-Security-Policy"]
    if not redirect_url:
        return policy
    parts = urlsplit(redirect_url)
    return policy.replace("form-action 'self'", f"form-action 'self' {parts.scheme}://{parts.netloc}")


def _afterwards(request: Request[Any, Any, Any], row: Any, payment: Any, outcome: str) -> Response[Any]:
    back = _return_url(row.redirect_url, payment)
    if outcome == PAY_AND_CLOSE:
        return _ended(request, row, "paid-and-closed", payment=payment)
    if payment.failure_reason == "timed-out":
        # No redirect: the payer sits before the bank's page that never came back.
        return _ended(request, row, "timed-out", payment=payment, back=back)
    return go(back) if back else _ended(request, row, payment.status.lower(), payment=payment)


def _return_url(url: str, payment: Any) -> str:
    """Return the shop's address with what Instamojo tells it, behind its own query if it has one."""
    if not url:
        return ""
    said = {
        "payment_id": payment.id,
        "payment_status": payment.status,
        "payment_request_id": payment.payment_request_id,
    }
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(part for part in (parts.query, urlencode(said)) if part)))


def _ended(
    request: Request[Any, Any, Any], row: Any, ending: str, *, payment: Any = None, back: str = ""
) -> Response[str]:
    return page(request, "payments/ended.html", payment_request=row, ending=ending, payment=payment, back=back)
