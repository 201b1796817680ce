"""Leads written down for the database arrive there as they were."""

from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

import pytest

from domain.leads.rows import CleanLead
from domain.leads.written import NumberedLead, as_columns, key_prefix
from domain.work import Work

NASTY = [
    "",
    " ",
    "NULL",
    "null",
    "{}",
    "{a,b}",
    ",",
    '"',
    '"",""',
    "\\",
    '\\"',
    "a\nb",
    "a\tb",
    "'",
    "%s",
    "हाँ",
    "👩‍🎓",
    "}",
]


def numbered(leads: list[CleanLead]) -> list[NumberedLead]:
    return [NumberedLead(number, lead, []) for number, lead in enumerate(leads, 1)]


@pytest.mark.parametrize("column", ["names", "cities", "notes", "campaigns"])
async def test_every_text_arrives_as_it_was(work: Work, column: str) -> None:
    part = {"names": "name", "cities": "city", "notes": "notes", "campaigns": "campaign"}[column]
    columns = as_columns(numbered([CleanLead(**{part: text}) for text in NASTY]), {})
    assert await work.value("select %(texts)s::text[]", texts=columns[column]) == NASTY


async def test_tags_and_extra_columns_arrive_as_they_were(work: Work) -> None:
    leads = [CleanLead(tags=(text,), attributes={text: text}) for text in NASTY if text]
    columns = as_columns(numbered(leads), {"tags": ["fair, June"]})
    rows = await work.rows(
        "select t::text[] as tags, a::jsonb as attributes from unnest(%(tags)s::text[], %(attributes)s::text[]) as r (t, a)",
        tags=columns["tags"],
        attributes=columns["attributes"],
    )
    assert [row.tags for row in rows] == [["fair, June", *lead.tags] for lead in leads]
    assert [row.attributes for row in rows] == [lead.attributes for lead in leads]


async def test_a_null_character_moves_no_text_to_another_row(work: Work) -> None:
    columns = as_columns(numbered([CleanLead(name="A\0B"), CleanLead(name="C")]), {"source": "x\0y"})
    assert await work.value("select %(texts)s::text[]", texts=columns["names"]) == ["AB", "C"]
    assert await work.value("select %(texts)s::text[]", texts=columns["sources"]) == ["xy", "xy"]


async def test_no_leads_are_empty_columns(work: Work) -> None:
    assert set(as_columns([], {"tags": ["june"]}).values()) == {"{}"}


def test_identities_ascend_and_cannot_be_guessed() -> None:
    columns = as_columns(numbered([CleanLead(name="x")] * 4_000), {})
    prefix = key_prefix(datetime(2026, 11, 1, tzinfo=UTC))
    for column in ("person_keys", "lead_keys"):
        ids = [UUID(prefix + key.strip('"')) for key in columns[column][1:-1].split(",")]
        assert all(earlier < later for earlier, later in pairwise(ids))
        assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
        assert len({one.int & (1 << 62) - 1 for one in ids}) == 4_000
    assert columns["person_keys"] != columns["lead_keys"]
    assert prefix < key_prefix(datetime(2026, 11, 1, 0, 0, 0, 1_000, tzinfo=UTC))
