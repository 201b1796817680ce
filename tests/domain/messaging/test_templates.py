"""The templates an installation begins with are the campaigns of the sandbox, so that everything can be tried out."""

from adapters.sandbox.aisensy.seeds import CAMPAIGNS, STATUSES, TEMPLATES
from domain.messaging.whatsapp.filling import filled, template_of
from domain.messaging.whatsapp.incoming import plain
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
