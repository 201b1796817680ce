"""The whole way round: an e-mail leaves, its recipient answers in the mailbox, and the answer stands on their page."""

import httpx

from domain.messaging.outbox import plan_email
from domain.messaging.reply_address import read_reply_address
from domain.work import SYSTEM
from tests.fixtures.cast import ASHA, BEN, sign_in_as
from tests.fixtures.house import until


async def send_one(house, key="k", **changes):
    async with house.database.work(SYSTEM) as work:
        values = {"kind": "test", "to": ASHA.email, "name": ASHA.name, "person_id": ASHA.id} | changes
        delivery_id = await plan_email(work, key=key, params={"sent_by": "Ben"}, **values)
    await house.run_due()
    return delivery_id


async def test_an_answer_from_the_mailbox_stands_on_the_persons_page(house_with_replies, cast):
    house = house_with_replies
    delivery_id = await send_one(house)
    (email,) = await house.mailbox(ASHA.email)
    address = email["reply_to"][0]["email"]
    assert address.endswith("@reply.gurudesk.test")
    assert read_reply_address(house.settings.secret, address) == delivery_id

    await house.sandbox.post(f"/mailbox/{email['id']}/replies", data={"text": "Yes, I will attend."})

    async def arrived():
        async with house.database.work(SYSTEM) as work:
            return await work.row("select id, delivery_id, person_id from crm_messages")

    message = await until(arrived)
    assert (message.delivery_id, message.person_id) == (delivery_id, ASHA.id)
    async with httpx.AsyncClient(base_url=house.settings.base_url) as browser:
        await sign_in_as(browser, house.app, BEN)
        assert f"/admin/messages/{message.id}" in (await browser.get(f"/admin/students/{ASHA.id}")).text
        page = (await browser.get(f"/admin/messages/{message.id}")).text
        assert "Yes, I will attend." in page
        assert f"/admin/deliveries/{delivery_id}" in page


async def test_without_a_reply_domain_answers_go_where_they_went(house, cast):
    await send_one(house)
    (email,) = await house.mailbox(ASHA.email)
    assert email["reply_to"] == []
