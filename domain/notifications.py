"""Notifications: what a person finds under the bell."""

from collections.abc import Sequence
from uuid import UUID

from domain.errors import NotFound
from domain.language import _
from domain.work import Row, Work

PER_PAGE = 20

NOTIFY = """
insert into notifications (person_id, kind, title, body, url, created_at)
values (%(person_id)s, %(kind)s, %(title)s, %(body)s, %(url)s, %(now)s)
"""
NOTIFY_ADMINS = """
insert into notifications (person_id, kind, title, body, url, created_at)
select person_id, %(kind)s, %(title)s, %(body)s, %(url)s, %(now)s
from profiles where role = any(%(roles)s) and is_active
"""
LIST = """
select id, kind, title, body, url, created_at, read_at, count(*) over () as total,
  (select timezone from people where people.id = person_id) as zone
from notifications where person_id = %(person_id)s and (not %(unread)s or read_at is null)
order by created_at desc, id limit %(most)s offset %(skip)s
"""
READ = """
update notifications set read_at = %(now)s
where person_id = %(person_id)s and read_at is null and (%(id)s::uuid is null or id = %(id)s)
"""


async def notify(work: Work, person_id: UUID, kind: str, title: str, body: str = "", url: str = "") -> None:
    """Leave a notification for one person; ``url`` is the path where there is something to see or do."""
    await work.run(NOTIFY, person_id=person_id, kind=kind, title=title, body=body, url=url, now=work.now)
    work.signal("notifications", person_id)


async def notify_admins(
    work: Work, kind: str, title: str, body: str = "", url: str = "", *, only_owners: bool = False
) -> None:
    """Leave a notification for every active admin, or for super admins alone."""
    roles = ["super_admin"] if only_owners else ["admin", "super_admin"]
    await work.run(NOTIFY_ADMINS, kind=kind, title=title, body=body, url=url, roles=roles, now=work.now)
    work.signal("notifications")


async def list_notifications(work: Work, *, page: int = 1, unread: bool = False) -> tuple[Sequence[Row], int]:
    """Return one page of who asks, newest first, and how many there are in all."""
    skip = (page - 1) * PER_PAGE
    rows = await work.rows(LIST, person_id=work.identity.person_id, unread=unread, most=PER_PAGE, skip=skip)
    return rows, rows[0].total if rows else 0


async def open_notification(work: Work, notification_id: UUID) -> str:
    """Mark one notification of who asks as read and return where it leads. Raises NotFound."""
    statement = "select url from notifications where id = %(id)s and person_id = %(person_id)s"
    row = await work.row(statement, id=notification_id, person_id=work.identity.person_id)
    if row is None:
        raise NotFound(_("This notification is gone."))
    await mark_read(work, notification_id)
    return str(row.url)


async def mark_read(work: Work, notification_id: UUID | None = None) -> int:
    """Mark one notification, or all, of who asks as read; return how many were unread."""
    person_id = work.identity.person_id
    marked = await work.run(READ, person_id=person_id, id=notification_id, now=work.now)
    if marked:
        work.signal("notifications", person_id)
    return marked
