"""The sandbox with its delays on: things take their time, by the business clock, and webhooks arrive as untidily as real ones."""

from collections import Counter
from datetime import datetime

import msgspec
import psycopg

from adapters.postgres.addresses import sandbox_url
from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.sendgrid.events import body_of
from tests.adapters.sandbox.conftest import mail, running, until


def move_clock(database_url, by):
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update app_clock set shift = shift + %s::interval", (by,))


async def test_delivery_takes_a_moment_and_a_deferral_longer(sandbox_settings, house, database_url):
    slow = sandbox_settings.model_copy(update={"sandbox_delays": True})
    async with running(slow) as sandbox:
        await sandbox.send(mail("asha@example.com", "defer@example.com"))
        move_clock(database_url, "1 minute")

        async def both_delivered():
            return all("delivered" in house.kinds(f"{name}@example.com") for name in ("asha", "defer"))

        await until(both_delivered)
        deferred, plain = await sandbox.messages()
        assert 0.5 <= seconds_between(plain, "processed", "delivered") <= 2
        assert 10 < seconds_between(deferred, "deferred", "delivered") < 12


def seconds_between(message, first, last):
    moments = {event["kind"]: datetime.fromisoformat(event["at"]) for event in message["events"]}
    return (moments[last] - moments[first]).total_seconds()


async def test_a_house_that_stays_away_is_given_up_after_a_day(sandbox_settings, house, database_url):
    house.status = 500
    async with running(sandbox_settings) as sandbox:
        await sandbox.send(mail("asha@example.com"))

        async def state():
            return (await sandbox.client.get("/")).text

        for _ in range(12):
            move_clock(database_url, "3 hours")
            heard = len(house.posts)

            async def heard_again_or_given_up(heard=heard):
                return len(house.posts) > heard or "given up" in given_up(await state())

            await until(heard_again_or_given_up)
            if "given up" in given_up(await state()):
                break
        assert "given up: 1" in given_up(await state())
        assert 5 < len(house.posts) < 40


def given_up(page):
    """Return "given up: N" once the overview counts a webhook as given up."""
    count = page.split("Webhooks given up after a day</dt><dd>")[1].split("<")[0]
    return f"given up: {count}" if count != "0" else ""


async def test_posts_are_out_of_order_and_now_and_then_repeat_an_event(sandbox):
    await sandbox.send(mail(*(f"lead{number}@example.com" for number in range(10))))
    ids = [event["id"] for message in await sandbox.messages() for event in message["events"]]
    database = SandboxDatabase(sandbox_url(sandbox.settings))
    posts = [
        [event["sg_event_id"] for event in msgspec.json.decode(await body_of(database, post, ids, disorder=True))]
        for post in range(1, 201)
    ]
    again = await body_of(database, 1, ids, disorder=True)
    await database.close()
    assert [event["sg_event_id"] for event in msgspec.json.decode(again)] == posts[0]
    assert len({tuple(post) for post in posts}) > 150
    assert len({frozenset(post) for post in posts}) == 1
    sizes = Counter(len(post) for post in posts)
    assert set(sizes) == {20, 21}
    assert sizes[21] < sizes[20]
