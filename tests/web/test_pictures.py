"""Profile pictures: small, square, without what the camera knew, and seen by nobody who should not."""

import io

import pytest
from PIL import Image

from tests.fixtures.assignments import PDF, PROGRAM
from tests.fixtures.cast import ASHA


def picture(kind, size=(640, 400), mode="RGB", colour="teal"):
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Home, 2nd floor"
    Image.new(mode, size, colour).save(stream, kind, exif=exif)
    return stream.getvalue()


async def send(client, content, name="me.png"):
    return await client.post("/account/picture", files={"picture": (name, content, "image/png")})


def kept(settings):
    return list((settings.data_dir / "files" / "pictures").iterdir())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_is_kept_small_and_says_nothing_of_where_it_was_taken(as_student, settings, kind):
    assert (await send(as_student, picture(kind))).status_code == 303
    answer = await as_student.get("/account/picture")
    assert answer.headers["content-type"] == "image/webp"
    made = Image.open(io.BytesIO(answer.content))
    assert (made.size, made.format, len(made.getexif())) == ((256, 256), "WEBP", 0)
    assert b"Home" not in answer.content
    assert len(kept(settings)) == 1
    assert "/account/picture?v=" in (await as_student.get("/student")).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PDF, "This is no picture that we can read"),
        (PROGRAM, "This is no picture that we can read"),
        (b"", "This is no picture that we can read"),
        (picture("PNG", (9000, 6000), "1", 0), "too many pixels"),
        (b"a" * (10 * 1024 * 1024 + 1), "A picture of up to 10 MB"),
    ],
    ids=["pdf", "program", "nothing", "bomb", "large"],
)
async def test_what_is_no_picture_is_refused_and_not_kept(as_student, settings, content, words):
    answer = await send(as_student, content)
    assert answer.status_code == 422
    assert words in answer.text
    assert ASHA.name in answer.text
    assert kept(settings) == []


async def test_another_picture_replaces_it_and_it_can_be_taken_away(as_student, settings):
    await send(as_student, picture("PNG"))
    await send(as_student, picture("JPEG"))
    assert len(kept(settings)) == 1
    await as_student.post("/account/picture/removal")
    assert kept(settings) == []
    assert (await as_student.get("/account/picture")).status_code == 404
    assert "/account/picture?v=" not in (await as_student.get("/student")).text


async def test_admins_see_it_and_may_take_it_away_and_other_students_do_not(as_student, as_outsider, as_admin):
    await send(as_student, picture("PNG"))
    path = f"/admin/students/{ASHA.id}/picture"
    assert f"{path}?v=" in (await as_admin.get(f"/admin/students/{ASHA.id}")).text
    assert (await as_admin.get(path)).status_code == 200
    assert (await as_outsider.get(path)).status_code == 403
    assert (await as_outsider.get("/account/picture")).status_code == 404
    await as_admin.post(f"{path}/removal")
    assert (await as_admin.get(path)).status_code == 404
    assert "picture taken away" in (await as_admin.get("/admin/audit")).text
