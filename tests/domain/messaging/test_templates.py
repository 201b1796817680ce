"""The templates an installation begins with are the campaigns of the sandbox, so that everything can be tried out."""

from dataclasses import replace

import pytest

from adapters.sandbox.aisensy.seeds import CAMPAIGNS, STATUSES, TEMPLATES
from domain.errors import Conflict
from domain.messaging.whatsapp.defaults import DEFAULTS
from domain.messaging.whatsapp.facts import facts_of
from domain.messaging.whatsapp.filling import filled, template_of
from domain.messaging.whatsapp.incoming import plain
from domain.messaging.whatsapp.restoring import default_of, reset_template, restore_template
from domain.messaging.whatsapp.templates import find_template_by_id, update_template
from domain.messaging.whatsapp.versions import list_versions
from domain.work import SYSTEM

# What the product never sends, or what is there to be refused.
NOT_OURS = {"sign_in_code", "unfinished_campaign", *STATUSES}


async def test_the_seeds_are_the_campaigns_of_the_sandbox(services):
    async with services.database.work(SYSTEM) as work:
        rows = await work.rows("select * from whatsapp_templates")
    ours = {row.campaign: template_of(row) for row in rows}
    assert set(ours) == set(CAMPAIGNS) - NOT_OURS
    for name, template in ours.items():
        category, components = TEMPLATES[CAMPAIGNS[name][0]]
        parts = {part["type"]: part for part in components}
        assert template.category == category.lower()
        assert template.body == parts["BODY"]["text"]
        assert template.footer == parts.get("FOOTER", {}).get("text", "")
        assert template.media == parts.get("HEADER", {}).get("format", "").lower()
        kinds = {"URL": "link", "QUICK_REPLY": "reply"}
        there = [(kinds[one["type"]], one["text"]) for one in parts.get("BUTTONS", {}).get("buttons", [])]
        assert [(one["kind"], one["text"]) for one in template.buttons] == there
        assert len(template.param_labels) == template.param_count


def test_parameters_go_where_their_numbers_stand():
    assert filled("{{2}}, {{1}} and {{2}}; {{3}}", ["a", "b"]) == "b, a and b; {{3}}"


def test_what_is_said_is_compared_without_case_and_punctuation():
    assert [plain(text) for text in (" STOP. ", "Opt-out!", "बंद करो।", "Don't stop")] == [
        "stop",
        "opt out",
        "बंद करो",
        "dont stop",
    ]


async def test_a_template_is_what_migrations_have_made_it_until_it_is_changed_and_then_it_can_go_back(work):
    template_id = await work.value("select id from whatsapp_templates where campaign = 'cta_invitation'")
    for row in await work.rows("select * from whatsapp_templates"):
        assert facts_of(row) == DEFAULTS[row.campaign]
    template = await find_template_by_id(work, template_id)
    assert default_of(template) is None
    changed = replace(
        facts_of(template), campaign="cta_invitation_2", body="Come, {{1}}: {{2}}", labels=("First name", "Day")
    )
    await update_template(work, template_id, changed, seen=0)
    with pytest.raises(Conflict):
        await update_template(work, template_id, changed, seen=0)
    versions = await list_versions(work, template_id)
    assert [(row.version, row.campaign) for row in versions] == [(2, "cta_invitation_2"), (1, "cta_invitation")]
    await reset_template(work, template_id, seen=2)
    assert facts_of(await find_template_by_id(work, template_id)) == DEFAULTS["cta_invitation"]
    await restore_template(work, template_id, 2, seen=3)
    assert facts_of(await find_template_by_id(work, template_id)) == changed
