"""The Faults page: how many fail by themselves, and what the next ones shall fail with."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.provider_settings import PROVIDERS
from adapters.sandbox.faults import TARGETS, Faults
from adapters.sandbox.rates import Rates
from adapters.sandbox.rendering import from_own_pages, go, page
from domain.language import _

MOST = 1_000
NUMBERS = "0123456789"


class FaultsController(Controller):
    path = "/faults"
    guards = [from_own_pages]

    @get()
    async def index(
        self, request: Request[Any, Any, Any], faults: NamedDependency[Faults], rates: NamedDependency[Rates]
    ) -> Response[str]:
        return await _shown(request, faults, rates)

    @post(status_code=303)
    async def create(
        self, request: Request[Any, Any, Any], faults: NamedDependency[Faults], rates: NamedDependency[Rates]
    ) -> Response[Any]:
        """Plan what the next requests, messages, payments or calls fail with."""
        typed = await _typed(request, "fault", "count", "seconds")
        target, _slash, kind = typed["fault"].partition("/")
        provider = target.partition(":")[0]
        try:
            count = _number(typed["count"], _("Say how often: a number from 1 to 1000."), MOST)
            seconds = _seconds(typed["seconds"])
            await faults.plan(target, kind, count, seconds)
        except ValueError as problem:
            return await _shown(request, faults, rates, typed, {f"{provider}-plan": str(problem)})
        return go(f"/faults#{provider}")

    @post("/{fault_id:int}/clear", status_code=303)
    async def clear(self, faults: NamedDependency[Faults], fault_id: FromPath[int]) -> Response[bytes]:
        if fault_id >= 2**63:
            raise NotFoundException
        await faults.clear(fault_id)
        return go("/faults")

    @post("/clear", status_code=303)
    async def clear_all(self, faults: NamedDependency[Faults]) -> Response[bytes]:
        await faults.clear()
        return go("/faults")

    @post("/rates/{provider:str}", status_code=303)
    async def set_rate(
        self,
        request: Request[Any, Any, Any],
        faults: NamedDependency[Faults],
        rates: NamedDependency[Rates],
        provider: FromPath[str],
    ) -> Response[Any]:
        """Set how many of a hundred fail and the seed, or go back to the settings."""
        if provider not in PROVIDERS:
            raise NotFoundException
        typed = await _typed(request, "percent", "seed", "reset")
        if typed["reset"]:
            await rates.reset(provider)
            return go(f"/faults?done=rates#{provider}")
        try:
            seed = _number(typed["seed"], _("The seed is a whole number, 0 or more."), 2**63 - 1, least=0)
            await rates.change(provider, _percent(typed["percent"]), seed)
        except ValueError as problem:
            return await _shown(request, faults, rates, typed, {f"{provider}-rate": str(problem)})
        return go(f"/faults?done=rates#{provider}")


async def _shown(
    request: Request[Any, Any, Any],
    faults: Faults,
    rates: Rates,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response[str]:
    return page(
        request,
        "faults/index.html",
        status_code=422 if errors else 200,
        providers=PROVIDERS,
        targets=TARGETS,
        rates=rates.told(),
        planned=await faults.planned(),
        typed=typed or {},
        errors=errors or {},
    )


async def _typed(request: Request[Any, Any, Any], *names: str) -> dict[str, str]:
    form = await request.form()
    return {name: str(form.get(name) or "").strip() for name in names}


def _number(text: str, problem: str, most: int, least: int = 1) -> int:
    if not text or set(text) - set(NUMBERS) or len(text) > 19 or not least <= int(text) <= most:
        raise ValueError(problem)
    return int(text)


def _percent(text: str) -> float:
    try:
        percent = float(text)
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise ValueError(_("Say how many of a hundred fail: a number from 0 to 100."))
    return percent / 100


def _seconds(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(_("Say how many seconds a slow answer takes.")) from error
