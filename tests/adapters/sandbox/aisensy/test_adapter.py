"""Our own adapter against AiSensy's side: no other address and no other credentials than the settings give."""

import uuid

import httpx

from adapters.aisensy import AiSensyWhatsAppSender, account_of, client_for
from adapters.aisensy.events import parse_events
from domain.ports.outcomes import Refused, Unavailable, Unknown
from domain.ports.whatsapp import WhatsAppButton, WhatsAppMedia, WhatsAppMessage, WhatsAppSent, WhatsAppText
from tests.adapters.sandbox.aisensy.conftest import ASHA
from tests.adapters.sandbox.aisensy.test_webhook import NOW


def certificate(number=ASHA, **changes):
    fields = {
        "delivery_id": uuid.uuid4(),
        "campaign": "certificate_ready",
        "destination": f"+{number}",
        "name": "Asha Rao",
        "params": ["Asha", "Python"],
        "media": WhatsAppMedia("https://x.test/c.pdf", "certificate.pdf", "document"),
        "buttons": [WhatsAppButton(0, "verify/ABC")],
    }
    return WhatsAppMessage(**(fields | changes))


async def test_a_message_with_media_and_a_button_arrives_and_is_told_of(aisensy, receiver):
    async with client_for(aisensy.settings) as client:
        outcome = await AiSensyWhatsAppSender(client, account_of(aisensy.settings)).send(certificate())
    assert isinstance(outcome, WhatsAppSent)
    shown = (await aisensy.phone())[0]
    assert shown["content"]["media"]["filename"] == "certificate.pdf"
    assert shown["content"]["buttons"][0]["url"].endswith("/verify/ABC")
    await receiver.heard(3)
    told = [event for _, body in receiver.posts for event in parse_events(body, NOW)]
    assert {event.status for event in told} == {"sent", "delivered", "read"}
    assert {event.submitted_id for event in told} == {outcome.message_id}
    assert {event.message_id for event in told} == {shown["wamid"]}
    assert "certificate.pdf" in (await aisensy.client.get(f"/phone/{ASHA}")).text


async def test_each_refusal_means_to_us_what_it_is(aisensy):
    async with client_for(aisensy.settings) as client:
        sender = AiSensyWhatsAppSender(client, account_of(aisensy.settings))
        assert (await sender.send(certificate("919812300400"))).recipients == (0,)
        for ending, meaning in (("0401", Unavailable), ("0402", Unavailable), ("0503", Unavailable), ("0504", Unknown)):
            assert isinstance(await sender.send(certificate(f"91981230{ending}")), meaning)
        waiting = await sender.send(certificate("919812300429"))
        assert (type(waiting), waiting.retry_after) == (Unavailable, 1.0)
        for changes in ({"campaign": "none"}, {"params": ["Asha"]}, {"media": None}, {"buttons": []}):
            outcome = await sender.send(certificate(**changes))
            assert isinstance(outcome, Refused)
            assert outcome.recipients == ()


async def test_a_connection_cut_after_the_message_was_taken_is_unknown(aisensy):
    async with client_for(aisensy.settings) as client:
        client.timeout = httpx.Timeout(1.0)
        outcome = await AiSensyWhatsAppSender(client, account_of(aisensy.settings)).send(certificate("919812300408"))
    assert isinstance(outcome, Unknown)
    assert len(await aisensy.phone("919812300408")) == 1


async def test_free_text_is_an_answer(aisensy):
    text = WhatsAppText(uuid.uuid4(), f"+{ASHA}", "See you at ten.")
    async with client_for(aisensy.settings) as client:
        sender = AiSensyWhatsAppSender(client, account_of(aisensy.settings))
        refused = await sender.send_text(text)
        await aisensy.write("When?")
        sent = await sender.send_text(text)
    assert "24 hours" in refused.reason
    assert isinstance(sent, WhatsAppSent)
    assert sent.message_id == (await aisensy.phone())[-1]["wamid"]
