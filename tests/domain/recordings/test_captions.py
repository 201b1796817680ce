"""Captions, chapters and lengths are read out of the files themselves, damaged ones included."""

import pytest

from adapters.settings import ROOT
from domain.errors import InvalidInput
from domain.recordings.captions import Cue, read_captions, read_timeline, write_captions
from domain.recordings.chapters import read_typed, write_typed
from domain.recordings.media import CAPTIONS, SOUND, VIDEO, kind_of, seconds_of

MEDIA = ROOT / "adapters" / "sandbox" / "zoom" / "media"
VTT = (
    "\ufeffWEBVTT\r\n\r\nNOTE by hand\r\n\r\n1\r\n00:00:01.000 --> 00:00:02.500\r\n<v Asha>Good &amp; well\r\nsaid</v>\r\n\r\n"
    "00:04.0 --> 00:05.250 align:start\r\nLast"
)


def reader(content):
    async def read(first, most):
        return content[first : first + most]

    return read


def test_captions_are_read_and_written_back_the_same():
    cues = read_captions(VTT.encode())
    assert cues == [Cue(1000, 2500, "Good & well said"), Cue(4000, 5250, "Last")]
    assert read_captions(write_captions(cues).encode()) == cues


@pytest.mark.parametrize("content", [b"", b"WEBVTT", b"\xff\xfe\x00", b"<html>", b"WEBVTT\n\n1\n99 --> x\nno"])
def test_what_holds_no_captions_gives_none(content):
    assert read_captions(content) == []


def test_text_cannot_break_out_of_the_captions():
    written = write_captions([Cue(0, 1000, "a --> b\n\n<script>")])
    assert "<script>" not in written
    assert len(read_captions(written.encode())) == 1


def test_who_speaks_when_makes_chapters_that_are_not_too_short():
    entries = ",".join(
        f'{{"ts":"00:{minute:02}:00.000","users":[{{"username":"{name}"}}]}}'
        for minute, name in ((0, "Ben"), (10, "Asha"), (10, "Ben"), (20, "Ben"), (30, "Chitra"))
    )
    chapters = read_timeline(f'{{"timeline":[{entries}]}}'.encode(), 3600)
    assert [(chapter.starts_ms // 60_000, chapter.text) for chapter in chapters] == [
        (0, "Ben speaks"),
        (10, "Asha speaks"),
        (20, "Ben speaks"),
        (30, "Chitra speaks"),
    ]
    assert chapters[-1].ends_ms == 3_600_000
    assert read_timeline(b"[]", 10) == read_timeline(b"{", 10) == []


def test_typed_chapters_are_sorted_end_where_the_next_begins_and_are_typed_again_the_same():
    chapters = read_typed("12:30 - Joins\n\n00:00:00  Welcome,  all\n1:02:03 Questions", 7200)
    assert [(one.starts_ms, one.ends_ms, one.text) for one in chapters] == [
        (0, 750_000, "Welcome, all"),
        (750_000, 3_723_000, "Joins"),
        (3_723_000, 7_200_000, "Questions"),
    ]
    assert read_typed(write_typed(chapters), 7200) == chapters
    assert read_typed(" \n", 7200) == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Welcome", "Write it like 00:12:30 Title: “Welcome”"),
        ("00:61 Welcome", "Write it like"),
        ("1:61:00 Welcome", "Write it like"),
        ("2:00:00 Too late", "The recording is over by then"),
        ("0:10 One\n0:10 Two", "Two chapters begin at the same moment"),
        ("0:10 " + "a" * 121, "A title has at most 120 characters"),
        ("\n".join(f"{minute}:00 Title" for minute in range(61)), "At most 60 chapters"),
    ],
)
def test_a_chapter_that_cannot_be_read_is_named(typed, words):
    with pytest.raises(InvalidInput) as refused:
        read_typed(typed, 7200)
    assert words in refused.value.fields["chapters"]


@pytest.mark.parametrize(("name", "kind"), [("class.mp4", VIDEO), ("class.m4a", SOUND)])
async def test_a_files_content_says_what_it_is_and_how_long_it_plays(name, kind):
    content = (MEDIA / name).read_bytes()
    assert kind_of(content[:64]) == kind
    assert await seconds_of(reader(content), len(content)) == 8


@pytest.mark.parametrize("content", [b"", b"\0" * 400, b"\0\0\0\1ftypisom" + b"\xff" * 200, b"MZ" + b"\0" * 100])
async def test_a_damaged_file_has_no_length(content):
    assert await seconds_of(reader(content), len(content)) is None


def test_a_name_does_not_make_a_film():
    assert kind_of(b"MZ\x90\0") is kind_of(b"\0\0\0\x18ftypqt  ") is None
    assert kind_of(b"WEBVTT\n") is CAPTIONS
