"""Finding people by how the words of their name, their e-mail or their phone begin."""

import pytest

from domain.work import Identity
from tests.fixtures.cast import ASHA


@pytest.mark.parametrize(
    "needle",
    [
        "asha",
        "ASHA RAO",
        "rao",
        "ra ash",
        "asha@example.test",
        "asha@ex",
        "98765432",
        "+91 98765 43201",
        "919876543201",
    ],
)
async def test_a_person_is_found_by_what_one_remembers(work, needle):
    found = [row[0] for row in await work.rows("select search_people(%(needle)s, 10)", needle=needle)]
    assert ASHA.id in found


@pytest.mark.parametrize(
    "needle", ["", "  ", "ha", "ben asha", "'; drop table people; --", "a:*b&|!()", "\\", "'", "%"]
)
async def test_what_is_no_beginning_of_a_word_finds_nobody_and_breaks_nothing(work, needle):
    found = [row[0] for row in await work.rows("select search_people(%(needle)s, 10)", needle=needle)]
    assert ASHA.id not in found or needle.startswith("a")


async def test_nobody_but_admins_searches(work_as):
    for role in ("student", "anonymous"):
        async with work_as(Identity(role, ASHA.id)) as work:
            assert not await work.rows("select search_people('asha', 10)")
