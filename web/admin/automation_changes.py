"""Changing an automation: its form, the question whom the change concerns, and going back to an earlier version."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template
from pydantic import BeforeValidator, Field

from domain.automation.changing import Reach, change_rule, restore_version, whom_to_ask
from domain.automation.choices import email_choices, whatsapp_choices
from domain.automation.rule import RuleSettings
from domain.automation.rule_states import RuleState, find_rule
from domain.automation.wording import changes_between, moment_words
from domain.errors import DomainError
from domain.language import _
from domain.messaging.outbox import Channel
from domain.work import Work
from web.forms import FormModel, Whole, read_form, refuse, typed_values
from web.rendering import go, page

EDIT, CONFIRM = "admin/automations/edit.html", "admin/automations/confirm.html"

Several = Annotated[list[Channel], BeforeValidator(lambda sent: sent if isinstance(sent, list) else [sent])]


class RuleForm(FormModel):
    """What is wrong with its values the domain says, of all of them at once.

    ``apply`` answers the question whom the change concerns: only who comes from now on, or existing people, too.
    """

    version: int = Field(ge=1)
    is_on: bool = False
    amount: Whole = -1
    unit: Literal["minutes", "hours", "days"] = "days"
    channels: Several = Field(default_factory=list)
    template_email: str = Field("", max_length=80)
    template_whatsapp: str = Field("", max_length=120)
    quiet_from: str = ""
    quiet_until: str = ""
    apply: Literal["", "new", "existing"] = ""
    planned: int = Field(0, ge=0)
    would: int = Field(0, ge=0)

    def settings(self, state: RuleState) -> RuleSettings:
        """Return the settings as they were typed. What the form does not show, or was not sent, is as it was."""
        rule, was = state.rule, state.settings
        settings = replace(was, amount=self.amount, unit=self.unit)
        if rule.goes_by_channels:
            channels = tuple(channel for channel in rule.channels if channel in self.channels)
            settings = replace(settings, channels=channels, templates=self._texts(was, channels))
        if rule.has_quiet_hours:
            quiet = (self.quiet_from, self.quiet_until) if self.quiet_from or self.quiet_until else None
            settings = replace(settings, quiet_hours=quiet)
        return settings

    def _texts(self, was: RuleSettings, channels: Sequence[Channel]) -> dict[Channel, str]:
        """Return the texts by channel. One that the rule does not go by keeps its text for the day when it does."""
        typed: dict[Channel, str] = {"email": self.template_email, "whatsapp": self.template_whatsapp}
        sent = {channel: text for channel, text in typed.items() if f"template_{channel}" in self.model_fields_set}
        return dict(was.templates) | {channel: text for channel, text in sent.items() if text or channel in channels}


class AutomationChangeController(Controller):
    path = "/automations/{rule_key:str}"

    @get("/edit")
    async def edit(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], rule_key: FromPath[str]
    ) -> Template:
        return page(request, EDIT, form=None, **await edit_context(work, rule_key))

    @post("/edit")
    async def update(
        self, request: Request[Any, Any, Any], work: NamedDependency[Work], rule_key: FromPath[str]
    ) -> Response[Any] | Template:
        context = await edit_context(work, rule_key)
        data, form = await read_form(request, RuleForm, EDIT, **context)
        settings = data.settings(context["state"])
        try:
            reach = None if data.apply else await whom_to_ask(work, rule_key, data.version, settings, is_on=data.is_on)
            if reach:
                after = replace(context["state"], settings=settings, is_on=data.is_on)
                changes = changes_between(context["state"], after)
                return page(request, CONFIRM, **context, changes=changes, data=data, reach=reach)
            expected = Reach(data.planned, data.would) if data.apply == "existing" else None
            await change_rule(work, rule_key, data.version, settings, is_on=data.is_on, expected=expected)
        except DomainError as error:
            raise refuse(EDIT, form, error, **context) from None
        return go(request, f"/admin/automations/{rule_key}", _("Saved."))

    @post("/versions/{version:int}/restoration")
    async def restore(
        self,
        request: Request[Any, Any, Any],
        work: NamedDependency[Work],
        rule_key: FromPath[str],
        version: FromPath[int],
    ) -> Response[Any]:
        typed = str((await typed_values(request)).get("seen", ""))
        await restore_version(work, rule_key, int(typed) if typed.isdecimal() else 0, version)
        return go(
            request, f"/admin/automations/{rule_key}", _("It is as it was in version {version}.", version=version)
        )


async def edit_context(work: Work, key: str) -> dict[str, Any]:
    """Return what the form shows beside what is typed: the texts that may be chosen, as (value, name)."""
    state = await find_rule(work, key)
    rule = state.rule
    texts = {"email": email_choices(rule), "whatsapp": await whatsapp_choices(work, rule, state.settings)}
    return {"state": state, "moment_words": moment_words, "texts": texts}
