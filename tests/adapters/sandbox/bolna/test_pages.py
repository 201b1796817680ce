"""The pages to look into calls."""

from tests.adapters.sandbox.bolna.conftest import Line
from tests.adapters.sandbox.conftest import running, until


async def test_the_list_shows_who_was_called_and_how_it_went(line):
    assert "No call yet" in (await line.page()).text
    call = await line.called()
    await line.called("+919845010002", user_data={"name": "Ben"})
    page = (await line.page()).text
    assert f'href="/calls/{call["id"]}"' in page
    assert "Asha" in page
    assert "Busy" in page
    assert 'href="/calls" aria-current="page"' in page
    found = (await line.page("?q=ben")).text
    assert "+919845010002" in found
    assert call["id"] not in found
    assert "Nothing matches" in (await line.page("?q=nobody%25")).text
    assert call["id"] not in (await line.page("?show=unreached")).text


async def test_a_call_can_be_read_and_listened_to(line):
    call = await line.called()
    page = await line.page(f"/{call['id']}")
    assert f'src="/calls/{call["id"]}/recording.wav"' in page.text
    assert "Is this a good time?" in page.text
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    sound = await line.page(f"/{call['id']}/recording.wav")
    assert (sound.headers["Content-Type"], sound.content[:4]) == ("audio/wav", b"RIFF")
    assert (await line.page("/none")).status_code == 404
    busy = await line.called("+919845010002")
    assert "<audio" not in (await line.page(f"/{busy['id']}")).text
    assert (await line.page(f"/{busy['id']}/recording.wav")).status_code == 404


async def test_what_an_agent_was_told_is_shown_as_text(line):
    call = await line.called(user_data={"name": "<script>alert(1)</script>"})
    assert "<script>alert" not in (await line.page(f"/{call['id']}")).text + (await line.page()).text


async def test_a_callback_can_be_sent_again(line):
    call = await line.called("+919845010002")
    await until(lambda: _all_taken(line, call))
    page = (await line.page(f"/{call['id']}")).text
    action = page.split('action="/calls/callbacks/')[1].split('"')[0]
    answer = await line.sandbox.client.post(f"/calls/callbacks/{action}")
    assert answer.headers["Location"] == f"/calls/{call['id']}?done=again"
    await until(lambda: _count(line, 4))
    assert (await line.sandbox.client.post("/calls/callbacks/999999")).status_code == 404


async def _all_taken(line, call):
    return (await line.page(f"/{call['id']}")).text.count("Answered 200") == 3


async def _count(line, count):
    return len(line.told()) == count


async def test_a_form_of_another_site_changes_nothing(line):
    answer = await line.sandbox.client.post(
        "/calls/account", data={"wallet": "0", "most_at_once": "1"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403


async def test_an_account_that_makes_no_sense_is_not_saved(line):
    for data in ({"wallet": "-1", "most_at_once": "1"}, {"wallet": "nan", "most_at_once": "1"}, {"wallet": "1"}):
        answer = await line.sandbox.client.post("/calls/account", data=data)
        assert answer.headers["Location"] == "/calls?done=wrong"
    assert "Enter an amount" in (await line.page("?done=wrong")).text


async def test_what_is_to_come_is_shown_as_such(sandbox_settings, house):
    async with running(sandbox_settings.model_copy(update={"sandbox_delays": True})) as sandbox:
        line = Line(sandbox, house)
        call = await line.called()
        page = (await line.page(f"/{call['id']}")).text
        assert "to come" in page
        assert "Is this a good time?" not in page
