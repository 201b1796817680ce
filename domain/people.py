"""People: one human across lead, applicant and student; and profiles, the accounts some of them have."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from domain.work import Row, Work

Moment = DateTime(timezone=True)


class Person(SQLModel, table=True):
    """One human. ``email`` is lower-case, ``phone`` is E.164; either may be missing, each is unique."""

    __tablename__ = "people"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = ""
    email: str | None = None
    phone: str | None = None
    city: str = ""
    timezone: str = "Asia/Kolkata"
    consent_email: bool = False
    consent_whatsapp: bool = False
    is_demo: bool = False
    import_id: UUID | None = None
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)


class Profile(SQLModel, table=True):
    """An account. ``password_hash`` is None until a password was set or a temporary one was mailed."""

    __tablename__ = "profiles"

    person_id: UUID = Field(primary_key=True, foreign_key="people.id")
    role: str
    password_hash: str | None = None
    must_change_password: bool = False
    temporary_until: datetime | None = Field(default=None, sa_type=Moment)
    temporary_used_at: datetime | None = Field(default=None, sa_type=Moment)
    is_active: bool = True
    active_since: datetime | None = Field(default=None, sa_type=Moment)
    preferences: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    password_changed_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)


SEARCH = """
select h.id, h.name, h.email, h.phone, p.role,
  exists (select from enrolments e where e.person_id = h.id) as is_student,
  exists (select from cta_submissions c where c.person_id = h.id) as has_applied,
  (select l.id from imported_leads l where l.person_id = h.id order by l.created_at desc limit 1) as lead_id
from search_people(%(needle)s, %(most)s) as found (id) join people h on h.id = found.id left join profiles p on p.person_id = h.id
order by p.role is null, lower(h.name), h.id
"""


async def search_people(work: Work, needle: str, most: int = 8) -> Sequence[Row]:
    """Return people whose name, e-mail or phone contains the text; fewer than two characters find nobody."""
    text = needle.strip()
    return await work.rows(SEARCH, needle=text[:100], most=most) if len(text) > 1 else []
