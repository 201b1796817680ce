"""The sound of a call: fetched from the provider when it is first asked for, and kept by us from then on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from domain.errors import Conflict, NotFound
from domain.language import _
from domain.ports import FileStore, Missing, VoiceCaller
from domain.ports.voice import Recording
from domain.work import Work

LARGEST = 64 * 1024 * 1024
LOG = "select call_id, has_recording from call_logs where delivery_id = %(id)s"
SUFFIXES = {"audio/mpeg": "mp3", "audio/wav": "wav", "audio/x-wav": "wav", "audio/ogg": "ogg", "audio/mp4": "m4a"}
TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg", "m4a": "audio/mp4"}


@dataclass(frozen=True, slots=True)
class KeptSound:
    """A recording in our store; ``size`` in bytes."""

    stored_name: str
    size: int
    media_type: str


async def call_of(work: Work, delivery_id: UUID) -> str:
    """Return the provider's id of a call that was recorded, or raise NotFound."""
    work.require_admin()
    log = await work.row(LOG, id=delivery_id)
    if log is None or not log.has_recording or not log.call_id:
        raise NotFound(_("There is no recording of this call."))
    return str(log.call_id)


async def kept(files: FileStore, delivery_id: UUID) -> KeptSound | None:
    """Return the recording of a call if we keep it already."""
    for suffix, media_type in TYPES.items():
        name = _name(delivery_id, suffix)
        if (size := await files.size(name)) is not None:
            return KeptSound(name, size, media_type)
    return None


async def fetch_recording(files: FileStore, voice: VoiceCaller, delivery_id: UUID, call_id: str) -> KeptSound:
    """Fetch a recording from the provider and keep it. Raises NotFound where there is none, Conflict when it must be later.

    No transaction is open meanwhile.
    """
    answer = await voice.recording(call_id)
    if isinstance(answer, Missing):
        raise NotFound(_("Bolna has no recording of this call, or none yet."))
    if not isinstance(answer, Recording):
        raise Conflict(answer.reason)
    suffix = SUFFIXES.get(answer.media_type, "mp3")
    name = _name(delivery_id, suffix)
    size = await files.put(name, _chunks(answer.content), limit=LARGEST)
    return KeptSound(name, size, TYPES[suffix])


def names_of(delivery_id: UUID) -> list[str]:
    """Return every name that the recording of a call may lie under."""
    return [_name(delivery_id, suffix) for suffix in TYPES]


def _name(delivery_id: UUID, suffix: str) -> str:
    return f"recordings/{delivery_id}.{suffix}"


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content
