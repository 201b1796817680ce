"""What the health addresses say."""


async def test_a_started_app_lives(client):
    assert (await client.get("/health/live")).json() == {"status": "ok"}


async def test_without_a_worker_it_is_not_ready_and_says_so(client):
    answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["database"] == "ok"
    assert answer.json()["worker"] == "no worker has been seen"
