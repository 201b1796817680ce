"""Batches that can be cancelled, against a server that answers as SendGrid does, and against none at all."""

import json

import pytest

from adapters.sendgrid import SendGridEmailSender, client_for
from domain.ports import BatchCancelled, BatchOpened, Refused, Unavailable
from tests.adapters.sendgrid.conftest import settings_for


async def test_a_batch_is_asked_for_by_name(provider, sender):
    provider.status, provider.body = 201, b'{"batch_id":"HkJ5yLYULb7Rj8GKSx7u025ouWVlMgAi"}'
    assert await sender.open_batch() == BatchOpened("HkJ5yLYULb7Rj8GKSx7u025ouWVlMgAi")
    assert provider.requests[0][0].startswith("POST /v3/mail/batch HTTP/1.1")


async def test_a_batch_is_cancelled(provider, sender):
    provider.status, provider.body = 201, b'{"batch_id":"b1","status":"cancel"}'
    assert await sender.cancel("b1") == BatchCancelled("b1")
    assert json.loads(provider.requests[0][1]) == {"batch_id": "b1", "status": "cancel"}


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (201, b"no", Unavailable), (201, b"[]", Unavailable), (201, b'{"batch_id":1}', Unavailable),
        (401, b"", Unavailable), (429, b"", Unavailable), (500, b"", Unavailable), (504, b"", Unavailable),
        (400, b"", Refused),
    ],
)  # fmt: skip
async def test_no_name_without_a_clear_answer(provider, sender, status, body, meaning):
    provider.status, provider.body = status, body
    assert isinstance(await sender.open_batch(), meaning)


@pytest.mark.parametrize("status", [401, 429, 500, 502])
async def test_nothing_counts_as_cancelled_that_was_not(provider, sender, status):
    provider.status = status
    assert isinstance(await sender.cancel("b1"), Unavailable)


async def test_silence_is_asked_again_later(provider, sender):
    provider.silent = True
    assert isinstance(await sender.cancel("b1"), Unavailable)
    assert isinstance(await sender.open_batch(), Unavailable)
    async with client_for(settings_for(9)) as client:
        assert isinstance(await SendGridEmailSender(client).cancel("b1"), Unavailable)
