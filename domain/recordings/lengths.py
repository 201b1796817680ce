"""How long a film is that lies elsewhere: what nobody typed is learnt, once, from the first player that knows."""

from uuid import UUID

from domain.audit import record
from domain.errors import InvalidInput
from domain.language import _
from domain.recordings.telling import tell
from domain.work import Work

SHORTEST, LONGEST = 10, 12 * 60 * 60  # seconds: nothing else is the recording of a class

LEARN = """
update recordings set duration = %(seconds)s, updated_at = %(now)s
where id = %(id)s and kind = 'link' and media_type <> '' and duration = 0
returning session_id, title
"""


def read_length(text: str) -> int:
    """Return the whole seconds a player says its film has. Raises InvalidInput for what no class can last."""
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    if not SHORTEST <= seconds <= LONGEST:
        raise InvalidInput({"seconds": _("This does not look right. Please check it.")})
    return seconds


async def learn_length(work: Work, recording_id: UUID, seconds: int, who: str) -> bool:
    """Keep, as the system, how long a linked film is, unless it is known; return whether it was not. ``who`` saw it."""
    row = await work.row(LEARN, id=recording_id, seconds=seconds, now=work.now)
    if row is None:
        return False
    await record(work, "recording.length_learned", "recording", recording_id, row.title, seconds=seconds, seen_by=who)
    tell(work, row.session_id)
    return True
