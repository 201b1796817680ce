"""Profile pictures: one a person, small and square, without what a camera writes into them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

from domain.audit import record
from domain.errors import DomainError, NotFound
from domain.language import _
from domain.ports import FileStore
from domain.work import Row, Work

MAX_PICTURE = 10 * 1024 * 1024
MEDIA_TYPE = "image/webp"

KEEP = """
insert into profile_pictures (person_id, stored_name, size, updated_at) values (%(me)s, %(stored_name)s, %(size)s, %(now)s)
on conflict (person_id) do update set stored_name = excluded.stored_name, size = excluded.size, updated_at = excluded.updated_at
"""
FIND = "select stored_name, size, updated_at from profile_pictures where person_id = %(id)s"


class NoPicture(DomainError):
    """What was sent is no picture that is taken; the message says why."""


class PictureMaker(Protocol):
    async def square(self, path: Path) -> bytes:
        """Return the picture in a file as a small square WebP without metadata. Raises NoPicture."""
        ...


async def make_picture(files: FileStore, maker: PictureMaker, chunks: AsyncIterator[bytes]) -> tuple[str, int]:
    """Make a picture of what is sent and store it; return our name for it and its bytes. Raises NoPicture.

    What was sent itself is not kept. Takes a moment: let no transaction wait for it.
    """
    sent, stored_name = f"pictures/{uuid4()}", f"pictures/{uuid4()}"
    try:
        try:
            await files.put(sent, chunks, limit=MAX_PICTURE)
        except DomainError as error:
            raise NoPicture(_("A picture of up to {limit} MB, please.", limit=MAX_PICTURE // 1024 // 1024)) from error
        async with files.local(sent) as path:
            made = await maker.square(path)
    finally:
        await files.delete(sent)
    return stored_name, await files.put(stored_name, _once(made), limit=MAX_PICTURE)


async def keep_picture(work: Work, stored_name: str, size: int) -> str | None:
    """Let a stored picture be that of who asks; return our name for the one it replaces, if there was one."""
    before = await work.row(FIND, id=work.identity.person_id)
    await work.run(KEEP, me=work.identity.person_id, stored_name=stored_name, size=size, now=work.now)
    return before.stored_name if before else None


async def find_picture(work: Work, person_id: UUID) -> Row:
    """Return the picture of somebody whom who asks may see. Raises NotFound."""
    found = await work.row(FIND, id=person_id)
    if found is None:
        raise NotFound(_("There is no picture."))
    return found


async def remove_picture(work: Work, person_id: UUID) -> str | None:
    """Take somebody's picture away; return our name for it, or None when there was none. Admins may for others."""
    statement = "delete from profile_pictures where person_id = %(id)s returning stored_name"
    stored_name: str | None = await work.value(statement, id=person_id)
    if stored_name and person_id != work.identity.person_id:
        name = await work.value("select name from people where id = %(id)s", id=person_id)
        await record(work, "student.picture_removed", "student", person_id, name or "")
    return stored_name


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
