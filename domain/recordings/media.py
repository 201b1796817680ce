"""What a file of sound or film is by its content, and how long it plays."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

# (first byte, how many) -> those bytes, fewer at the end of the file.
Read = Callable[[int, int], Awaitable[bytes]]

HEAD = 64
WINDOW = 64 * 1024
NEEDED = 128  # a box's header, and the one box we read
MOST_BOXES = 64
LONGEST = 48 * 3600  # seconds; what claims to be longer is damaged
AUDIO = (b"M4A ", b"M4B ")
FILM = (b"isom", b"iso", b"mp4", b"avc", b"M4V", b"dash", b"mmp4", b"MSNV", b"f4v")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is to us, and the media type a browser is told."""

    name: str
    media_type: str


VIDEO, SOUND = Kind("video", "video/mp4"), Kind("audio", "audio/mp4")
CAPTIONS = Kind("transcript", "text/vtt")


def kind_of(head: bytes) -> Kind | None:
    """Return what the first bytes of a file say it is; None for what no browser plays."""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in AUDIO:
            return SOUND
        return VIDEO if brand.startswith(FILM) else None
    return CAPTIONS if head.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT") else None


async def seconds_of(read: Read, size: int) -> int | None:
    """Return how long an MP4 or M4A of ``size`` bytes plays, in seconds; None when it does not say, or is not whole.

    Few bytes are read, wherever in the file they are: a class of two hours is two gigabytes.
    """
    file = _Window(read)
    at, moov = 0, None
    for _box in range(MOST_BOXES):
        if at >= size:
            break
        length, name, header = _box_of(await file.at(at))
        if name == b"moov":
            moov = (at + header, at + length)
        if length == 0:  # to the end of the file
            break
        if length < header or at + length > size:
            return None
        at += length
    return await _length_in(file, *moov) if moov else None


async def _length_in(file: "_Window", at: int, end: int) -> int | None:
    for _box in range(MOST_BOXES):
        here = await file.at(at)
        length, name, header = _box_of(here)
        if name == b"mvhd":
            return _duration(here[header:])
        if length < header or at + length >= end:
            return None
        at += length
    return None


class _Window:
    """The bytes around a place, read a stretch at a time."""

    def __init__(self, read: Read) -> None:
        self._read, self._begins, self._bytes = read, 0, b""

    async def at(self, place: int) -> bytes:
        if not self._begins <= place <= self._begins + len(self._bytes) - NEEDED:
            self._bytes, self._begins = await self._read(place, WINDOW), place
        return self._bytes[place - self._begins :]


def _box_of(here: bytes) -> tuple[int, bytes, int]:
    """Return a box's length, name and the length of its header."""
    length, name = int.from_bytes(here[:4]), here[4:8]
    if length == 1:
        return int.from_bytes(here[8:16]), name, 16
    return length, name, 8


def _duration(body: bytes) -> int | None:
    wide = body[:1] == b"\x01"
    scale_at, width = (20, 8) if wide else (12, 4)
    scale = int.from_bytes(body[scale_at : scale_at + 4])
    length = int.from_bytes(body[scale_at + 4 : scale_at + 4 + width])
    seconds = round(length / scale) if scale else 0
    return seconds if 0 < seconds <= LONGEST else None
