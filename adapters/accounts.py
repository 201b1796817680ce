"""Accounts made from the command line: the first super admin, and the way back in for one who is locked out."""

import asyncio
from uuid import UUID

from adapters.bootstrap import open_services
from adapters.settings import Settings
from domain.accounts.admins import create_admin as create
from domain.accounts.passwords import store_password
from domain.audit import record
from domain.errors import Conflict
from domain.work import SYSTEM, Work

REOPEN = """
update profiles p set role = %(role)s, is_active = true, updated_at = %(now)s from people h
where h.id = p.person_id and h.email = lower(%(email)s) and p.role in ('admin', 'super_admin') returning p.person_id
"""


def create_admin(settings: Settings, *, email: str, name: str, role: str, password: str) -> bool:
    """Make an admin account with a password; one that exists gets the role and the password. Say whether it is new."""
    return asyncio.run(_create_admin(settings, email.strip(), name.strip(), role, password))


async def _create_admin(settings: Settings, email: str, name: str, role: str, password: str) -> bool:
    async with open_services(settings) as services:
        async with services.database.work(SYSTEM) as work:
            person_id: UUID | None = await work.value(REOPEN, email=email, role=role, now=work.now)
            is_new = person_id is None
            if person_id is None:
                person_id = await _new(work, email, name, role)
            await store_password(work, person_id, password, hasher=services.hasher)
            await record(
                work, "admin.created" if is_new else "admin.password_set", "person", person_id, email, role=role
            )
    return is_new


async def _new(work: Work, email: str, name: str, role: str) -> UUID:
    try:
        return await create(work, email=email, name=name or email.partition("@")[0], role=role)
    except Conflict as error:
        raise Conflict(f"{error} It is a student's: use another address.") from None
