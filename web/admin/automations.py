"""Automations: what each rule does and has before it, holding them back, and what one would do."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from domain.automation.foreseeing import foresee, list_choices
from domain.automation.history import read_history
from domain.automation.holding import limit_messages, pause_automations, pause_rule, resume_automations
from domain.automation.overview import VIEWS, list_steps, read_overview
from domain.automation.wording import moment_words, quiet_words
from domain.errors import InvalidInput
from domain.language import _
from domain.messaging.templates.catalogue import TEMPLATES
from domain.work import Work
from web.addresses import uuid_or_none
from web.forms import FormModel, Whole, read_form, refuse, typed_values
from web.paging import page_number
from web.rendering import go, page

INDEX = "/admin/automations"
LIST, SHOW, FORESIGHT = (f"admin/automations/{name}.html" for name in ("index", "show", "foresight"))


class LimitForm(FormModel):
    an_hour: Whole = -1


class AutomationController(Controller):
    path = "/automations"

    @get()
    async def index(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Template:
        return page(request, LIST, form=None, **await list_context(work))

    @post("/pause")
    async def pause_all(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        await pause_automations(work)
        return go(
            request,
            INDEX,
            _("All automations are paused. Nothing of theirs leaves until you let them go on."),
            "warning",
        )

    @post("/pause/end")
    async def resume_all(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        typed = str((await typed_values(request)).get("let_go", ""))
        await resume_automations(work, let_go=int(typed) if typed.isdecimal() and len(typed) < 9 else 0)
        return go(request, INDEX, _("Automations go on. What has become pointless meanwhile is skipped."))

    @post("/limit")
    async def limit(self, request: Request[Any, Any, Any], work: NamedDependency[Work]) -> Response[Any]:
        context = await list_context(work)
        data, form = await read_form(request, LimitForm, LIST, **context)
        try:
            await limit_messages(work, data.an_hour)
        except InvalidInput as error:
            raise refuse(LIST, form, error, **context) from None
        return go(request, INDEX, _("The limit is saved."))

    @get("/{rule_key:str}")
    async def show(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], rule_key: FromPath[str]
    ) -> Template:
        overview = await read_overview(work, rule_key)
        asked = request.query_params.get("view", "")
        view = asked if asked in VIEWS else "planned"
        steps = await list_steps(work, rule_key, view, page_number(request))
        (rule,) = overview.rules
        context = {"overview": overview, "one": rule, "steps": steps, "view": view, "now": work.now}
        context |= {
            "versions": await read_history(work, rule.state),
            "query": {"view": asked},
            "moment_words": moment_words,
            "quiet_words": quiet_words,
        }
        context["titles"] = {
            text: TEMPLATES[text].title for text in rule.state.settings.templates.values() if text in TEMPLATES
        }
        return page(request, SHOW, **context)

    @post("/{rule_key:str}/pause")
    async def pause(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], rule_key: FromPath[str]
    ) -> Response[Any]:
        await pause_rule(work, rule_key, paused=True)
        return go(request, f"{INDEX}/{rule_key}", _("This automation is paused. What it has planned waits."), "warning")

    @post("/{rule_key:str}/pause/end")
    async def resume(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], rule_key: FromPath[str]
    ) -> Response[Any]:
        await pause_rule(work, rule_key, paused=False)
        return go(request, f"{INDEX}/{rule_key}", _("It goes on. What has become pointless meanwhile is skipped."))

    @get("/{rule_key:str}/foresight")
    async def foresight(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], rule_key: FromPath[str]
    ) -> Template:
        """Show what the rule would do for a person or an import; nothing is written."""
        (rule,) = (await read_overview(work, rule_key)).rules
        asked = request.query_params
        q = asked.get("q", "")[:100]
        chosen = {name: uuid_or_none(asked.get(name, "")) for name in ("person", "import", "course")}
        people, imports, courses = await list_choices(work, q)
        context: dict[str, Any] = {"one": rule, "q": q, "people": people, "imports": imports, "courses": courses}
        context |= {"chosen": chosen, "now": work.now, "moment_words": moment_words, "foresight": None}
        context["query"] = {"q": q} | {name: str(value) for name, value in chosen.items() if value}
        if chosen["person"] or chosen["import"]:
            ids = {f"{name}_id": value for name, value in chosen.items()}
            context["foresight"] = await foresee(work, rule.state, **ids, page=page_number(request))
        return page(request, FORESIGHT, **context)


async def list_context(work: Work) -> dict[str, Any]:
    """Return what the list shows."""
    return {"overview": await read_overview(work), "now": work.now, "moment_words": moment_words}
