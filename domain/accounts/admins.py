"""Admin accounts: making one, for the invitation, the approved request and the command line alike."""

from uuid import UUID

from domain.accounts.logins import normal_email
from domain.errors import Conflict, InvalidInput
from domain.language import _
from domain.messaging.outbox import plan_email
from domain.work import Work

ROLES = ("admin", "super_admin")
INVITED_HOURS = "72"

ADD_PERSON = """
insert into people (name, email, created_at, updated_at) values (%(name)s, %(email)s, %(now)s, %(now)s)
on conflict (email) do update set name = people.name
returning id
"""
NAME_PERSON = "update people set name = %(name)s, updated_at = %(now)s where id = %(id)s and name = ''"
ADD_PROFILE = """
insert into profiles (person_id, role, created_at, updated_at) values (%(person_id)s, %(role)s, %(now)s, %(now)s)
on conflict (person_id) do nothing
"""


async def create_admin(work: Work, *, email: str, name: str, role: str = "admin") -> UUID:
    """Make an account without a password and return whose it is.

    Raises InvalidInput for a wrong address or role, Conflict when the person has an account already.
    """
    address = normal_email(email)
    if address is None:
        raise InvalidInput({"email": _("This is not an e-mail address.")})
    if role not in ROLES:
        raise InvalidInput({"role": _("Please choose one of the options.")})
    person_id = await _person(work, address, name)
    if not await work.run(ADD_PROFILE, person_id=person_id, role=role, now=work.now):
        raise Conflict(_("{email} has an account already.", email=address))
    return person_id


async def mail_way_in(work: Work, person_id: UUID) -> None:
    """Plan the e-mail with which a new admin sets a password, within three days."""
    row = await work.row("select name, email from people where id = %(id)s", id=person_id)
    assert row is not None
    await plan_email(
        work,
        kind="set_password",
        template="admin_welcome",
        to=row.email,
        name=row.name,
        key=f"admin_welcome:{person_id}:{work.now.isoformat()}",
        params={"hours": INVITED_HOURS},
        person_id=person_id,
        subject_id=person_id,
    )


async def _person(work: Work, email: str, name: str) -> UUID:
    person_id: UUID = await work.value(ADD_PERSON, name=name, email=email, now=work.now)
    await work.run(NAME_PERSON, id=person_id, name=name, now=work.now)
    return person_id
