"""Unsubscribing by the link in an e-mail, as a person, a mail program and a scanner do it."""

from uuid import UUID, uuid4

import httpx
import pytest

from adapters.settings import Settings
from domain.messaging.unsubscribe_links import WITHOUT_ADDRESS, Addressee, read_unsubscribe_token, unsubscribe_token
from domain.work import SYSTEM
from tests.fixtures.cast import WorkAs, send_csrf
from tests.fixtures.leads import new_course

TO = "meera@example.test"


@pytest.fixture
async def token(settings: Settings, work_as: WorkAs) -> str:
    """The token in a campaign e-mail to Meera, another of which still waits."""
    async with work_as(SYSTEM) as work:
        course_id = await new_course(work, "ux", "UX")
        campaign_id = uuid4()
        await work.run(
            "insert into lead_campaigns (id, name, course_id, created_at) values (%(id)s, 'x', %(course)s, %(now)s)",
            id=campaign_id,
            course=course_id,
            now=work.now,
        )
        sent: list[UUID] = [
            await work.value(
                "insert into deliveries (channel, kind, campaign_id, to_address, template, idempotency_key, due_at,"
                " created_at, state) values ('email', 'cta', %(id)s, %(to)s, 'cta', %(state)s, %(now)s, %(now)s,"
                " %(state)s) returning id",
                id=campaign_id,
                to=TO,
                state=state,
                now=work.now,
            )
            for state in ("sent", "pending")
        ]
    return unsubscribe_token(settings.secret, sent[0], TO)


@pytest.fixture
def visitor(client: httpx.AsyncClient, settings: Settings) -> httpx.AsyncClient:
    """A browser that has opened a page of ours before."""
    send_csrf(client, settings)
    return client


async def suppressed(work_as: WorkAs) -> list[tuple[str, str]]:
    async with work_as(SYSTEM) as work:
        return [(row.email, row.reason) for row in await work.rows("select email, reason from email_suppressions")]


async def states(work_as: WorkAs) -> dict[str, str]:
    async with work_as(SYSTEM) as work:
        rows = await work.rows("select idempotency_key, state, reason from deliveries")
    return {row.idempotency_key: f"{row.state}: {row.reason}" for row in rows}


async def test_opening_the_link_unsubscribes_nobody(visitor: httpx.AsyncClient, token: str, work_as: WorkAs) -> None:
    page = await visitor.get(f"/unsubscribe/{token}")
    assert (page.status_code, TO in page.text) == (200, True)
    assert await suppressed(work_as) == []


async def test_the_button_does_and_what_waits_is_cancelled(
    visitor: httpx.AsyncClient, token: str, work_as: WorkAs
) -> None:
    await visitor.post(f"/unsubscribe/{token}")
    assert "You are unsubscribed" in (await visitor.get(f"/unsubscribe/{token}")).text
    assert await suppressed(work_as) == [(TO, "unsubscribed")]
    assert await states(work_as) == {"sent": "sent: ", "pending": "cancelled: They have unsubscribed."}


async def test_a_mail_program_unsubscribes_without_cookies(
    client: httpx.AsyncClient, token: str, work_as: WorkAs
) -> None:
    answer = await client.post(f"/unsubscribe/{token}/one-click", data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert await suppressed(work_as) == [(TO, "unsubscribed")]


async def test_unsubscribing_twice_is_unsubscribing_once(
    visitor: httpx.AsyncClient, token: str, work_as: WorkAs
) -> None:
    for _time in range(2):
        assert (await visitor.post(f"/unsubscribe/{token}")).status_code == 303
    async with work_as(SYSTEM) as work:
        assert await work.value("select count(*) from audit_logs where action = 'address.suppressed'") == 1


async def test_a_mistake_can_be_taken_back_but_a_bounce_cannot(
    visitor: httpx.AsyncClient, token: str, work_as: WorkAs
) -> None:
    await visitor.post(f"/unsubscribe/{token}")
    await visitor.post(f"/unsubscribe/{token}/resubscription")
    assert await suppressed(work_as) == []
    await visitor.post(f"/unsubscribe/{token}")
    async with work_as(SYSTEM) as work:
        await work.run("update email_suppressions set reason = 'bounced'")
    await visitor.post(f"/unsubscribe/{token}/resubscription")
    assert await suppressed(work_as) == [(TO, "bounced")]


@pytest.mark.parametrize("wrong", ["x", "é", "A" * 38, "{token}A", "..%2f"])
async def test_a_token_of_somebody_elses_making_is_no_token(
    visitor: httpx.AsyncClient, token: str, wrong: str, work_as: WorkAs
) -> None:
    for path in ("", "/one-click", "/resubscription"):
        answer = await visitor.post(f"/unsubscribe/{wrong.format(token=token)}{path}")
        assert answer.status_code in (404, 405)
    assert await suppressed(work_as) == []


@pytest.mark.parametrize("path", ["", "/one-click"])
async def test_the_wish_of_who_was_deleted_meanwhile_holds(
    visitor: httpx.AsyncClient, token: str, work_as: WorkAs, path: str
) -> None:
    async with work_as(SYSTEM) as work:
        await work.run("delete from deliveries")
    await visitor.post(f"/unsubscribe/{token}{path}")
    assert await suppressed(work_as) == [(TO, "unsubscribed")]
    assert "You are unsubscribed" in (await visitor.get(f"/unsubscribe/{token}")).text


async def test_a_link_of_an_early_version_works(
    visitor: httpx.AsyncClient, token: str, work_as: WorkAs, settings
) -> None:
    addressee = read_unsubscribe_token(settings.secret, token)
    assert addressee is not None
    await visitor.post(f"/unsubscribe/{WITHOUT_ADDRESS.of(settings.secret, addressee.delivery_id)}")
    assert await suppressed(work_as) == [(TO, "unsubscribed")]


def test_a_token_names_its_delivery_to_who_knows_the_secret() -> None:
    delivery_id = uuid4()
    token = unsubscribe_token(b"secret", delivery_id, TO)
    assert read_unsubscribe_token(b"secret", token) == Addressee(delivery_id, TO)
    assert TO.partition("@")[0] not in token
    assert read_unsubscribe_token(b"another", token) is None
    assert read_unsubscribe_token(b"secret", ("A" if token[0] != "A" else "B") + token[1:]) is None
