"""The rehearsal's page shows all that reached one person, and moves on until something more does."""

from datetime import timedelta

from domain.messaging.outbox import plan_email, plan_whatsapp
from domain.work import SYSTEM
from tests.fixtures.house import House, until

WHO = "email=asha%40example.test&phone=919811107001"
LETTER = {"first_name": "Asha", "course_title": "Data Analytics", "reason": "The batch is full."}


async def test_moving_on_stops_at_their_next_message_and_shows_what_they_got(house: House) -> None:
    async with house.database.work(SYSTEM) as work:
        for days, to in ((1, "somebody@example.test"), (2, "asha@example.test"), (5, "asha@example.test")):
            due_at = work.now + timedelta(days=days)
            await plan_email(work, kind="rejection", to=to, key=f"{days}", params=LETTER, due_at=due_at)
        await plan_whatsapp(
            work,
            kind="announcement",
            to="+919811107001",
            template="announcement",
            key="w",
            params=("Asha", "Gurudesk", "class moves to six"),
            due_at=work.now + timedelta(days=3),
        )
        begun = work.now

    async def moved() -> bool:
        await house.run_due()
        move = (await house.sandbox.get("/clock.json")).json()["move"]
        return bool(move and move["state"] != "running")

    seen = ""
    for at_least, words in ((2, "Data Analytics"), (3, "class moves to six")):
        last = (await house.sandbox.get("/clock.json")).json()["move"]
        form = {"by": "message", "email": "asha@example.test", "phone": "919811107001"}
        pressed = await house.sandbox.post("/rehearsal/move", data=form | {"after": str(last["id"] if last else 0)})
        assert pressed.status_code == 303
        await until(moved)
        seen = (await house.sandbox.get(f"/rehearsal?{WHO}")).text
        assert words in seen
        async with house.database.work(SYSTEM) as work:
            assert at_least <= (work.now - begun) / timedelta(days=1) < at_least + 1
    assert seen.count("Open it in the mailbox") == 1
