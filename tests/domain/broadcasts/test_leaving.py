"""A broadcast leaves the house: each recipient gets their own message, and what fell away in the end is known."""

from uuid import UUID, uuid4

from domain.broadcasts.broadcast import Audience, Message, find_broadcast
from domain.broadcasts.drafting import create_draft, write_message
from domain.broadcasts.starting import confirm_broadcast
from domain.messaging.suppressions import suppress
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, CHITRA
from tests.fixtures.house import House

LETTER = Message(subject="Hello {{first_name}}", body="Dear {{name}},\n\nsee https://example.test & <come>.")


async def confirmed(
    house: House, channel: str = "email", message: Message = LETTER, *, is_marketing: bool = False
) -> UUID:
    async with house.database.work(SYSTEM) as work:
        broadcast_id = await create_draft(work, uuid4(), "News", channel, Audience(), is_marketing=is_marketing)  # type: ignore[arg-type]
        await write_message(work, broadcast_id, message)
        await confirm_broadcast(work, broadcast_id, 2)
    return broadcast_id


async def state(house: House, broadcast_id: UUID) -> str:
    async with house.database.work(SYSTEM) as work:
        return (await find_broadcast(work, broadcast_id)).state


async def send(house: House) -> None:
    """Run the planning, and then what it planned."""
    for _ in range(3):
        await house.run_due()


async def test_each_gets_their_own_e_mail_and_the_broadcast_ends(house: House, cast: object) -> None:
    async with house.database.work(SYSTEM) as work:
        await work.run("update people set name = 'Asha <Rao>' where id = %(id)s", id=ASHA.id)
    broadcast_id = await confirmed(house)
    await send(house)
    (mail,) = await house.mailbox(ASHA.email)
    assert mail["subject"] == "Hello Asha"
    assert "Dear Asha <Rao>," in mail["text"]
    assert "Dear Asha &lt;Rao&gt;," in mail["html"]
    assert '<a href="https://example.test"' in mail["html"]
    assert "&lt;come&gt;" in mail["html"]
    assert "nsubscribe" not in mail["html"]
    assert len(await house.mailbox(CHITRA.email)) == 1
    assert await state(house, broadcast_id) == "done"


async def test_marketing_can_be_unsubscribed_from_in_one_click(house: House, cast: object) -> None:
    await confirmed(house, is_marketing=True)
    await send(house)
    (mail,) = await house.mailbox(ASHA.email)
    assert "/unsubscribe/" in mail["html"]
    assert "[%" not in mail["html"] + mail["text"] + mail["subject"]


async def test_who_unsubscribes_after_planning_falls_away_and_the_broadcast_still_ends(
    house: House, cast: object
) -> None:
    broadcast_id = await confirmed(house, is_marketing=True)
    async with house.database.work(SYSTEM) as work:
        await work.run("update business_settings set value = 'true' where key = 'sending_paused'")
    await house.run_due()
    async with house.database.work(SYSTEM) as work:
        for actor in (ASHA, CHITRA):
            await suppress(work, actor.email, "unsubscribed")
        await work.run("update business_settings set value = 'false' where key = 'sending_paused'")
    await send(house)
    assert await house.mailbox(ASHA.email) == []
    assert await state(house, broadcast_id) == "done"
