"""The test e-mail: an admin writes to themselves to see that e-mail leaves and arrives."""

from domain.audit import record
from domain.errors import Conflict
from domain.language import _
from domain.messaging.outbox import plan_email
from domain.work import Work

UNDER_WAY = """
select exists (select from deliveries where person_id = %(me)s and kind = 'test' and state in ('pending', 'sending', 'retry'))
"""


async def send_test_email(work: Work) -> str:
    """Plan an e-mail to who asks and return the address; raise Conflict while one is under way."""
    work.require_admin()
    me = work.identity
    if await work.value(UNDER_WAY, me=me.person_id):
        raise Conflict(_("A test e-mail is on its way to you already."))
    key = f"test:{me.person_id}:{work.now.isoformat()}"
    await plan_email(work, kind="test", to=me.email, name=me.name, key=key, person_id=me.person_id)
    await record(work, "test_email.sent", "email", None, me.email)
    return me.email
