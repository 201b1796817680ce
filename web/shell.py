"""What surrounds every page: who is signed in, the counts beside the navigation, the messages to show once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.problems.keeping import KEPT
from domain.work import Identity, Work

# One statement for the whole frame of the page, whoever asks: row security makes the difference.
COUNTS = f"""
select (select count(*) from notifications where person_id = %(person_id)s and read_at is null) as notifications,
       (select count(*) from cta_submissions where status = 'new' and %(is_admin)s) as applications,
       (select count(*) from crm_messages where direction = 'in' and not is_read and %(is_admin)s) as messages,
       (select count(*) from admin_requests where state = 'pending' and %(is_admin)s) as admin_requests,
       {KEPT} as problems,
       (select updated_at from profile_pictures where person_id = %(person_id)s) as picture_at,
       (select value #>> '{{}}' from business_settings where key = 'business_name') as business_name,
       (select value = 'true' from business_settings where key = 'sending_paused') as sending_paused
"""

COUNTED = ("notifications", "applications", "messages", "admin_requests", "problems")


@dataclass(frozen=True, slots=True)
class User:
    """Who is signed in, as the shell shows them."""

    name: str
    email: str
    role: str
    person_id: Any = None
    picture_at: datetime | None = None  # when their picture was put in; none shows initials

    @property
    def initials(self) -> str:
        words = self.name.split() or [self.email or "?"]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def is_admin(self) -> bool:
        return self.role in ("admin", "super_admin")


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the shell that is read from the database."""

    user: User | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    now: datetime | None = None
    business_name: str = "Gurudesk"
    sending_paused: bool = False


def ask_for_shell(work: Work) -> None:
    """Have the frame of the page read with the commit."""
    work.ask_last(COUNTS, person_id=work.identity.person_id, is_admin=work.identity.is_admin)


def shell_of(work: Work) -> Frame:
    """Return the frame that was asked for, once the transaction is over."""
    identity, row = work.identity, work.last_answer
    assert row is not None
    counts = {name: getattr(row, name) or 0 for name in COUNTED}
    return Frame(
        _user(identity, row.picture_at), counts, work.now, row.business_name or "Gurudesk", bool(row.sending_paused)
    )


def _user(identity: Identity, picture_at: datetime | None) -> User | None:
    if identity.person_id is None:
        return None
    return User(identity.name, identity.email, identity.role, identity.person_id, picture_at)
