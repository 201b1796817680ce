"""What the owner sets for the whole business: its name, whether anything is sent, and whether demo data is in it."""

from dataclasses import dataclass

from domain.audit import record
from domain.automation.steps import plan_step
from domain.errors import Conflict, InvalidInput
from domain.language import _
from domain.work import Work

REMOVE_WORD = "remove"

READ = """
select (select value #>> '{}' from business_settings where key = 'business_name') as business_name,
  (select value = 'true' from business_settings where key = 'sending_paused') as sending_paused,
  (select value = 'true' from business_settings where key = 'demo_loaded') as demo_loaded,
  exists (select from automation_steps where kind = 'remove_demo' and state in ('planned', 'running')) as removing_demo,
  (select count(*) from deliveries where state in ('pending', 'retry') and due_at <= %(now)s) as waiting,
  exists (select from profiles p join people h on h.id = p.person_id where p.role = 'super_admin' and p.is_active
    and p.password_hash is not null and not h.is_demo) as has_own_owner,
  coalesce((select is_demo from people where id = %(person_id)s), false) as is_demo_account
"""
STORE = """
update business_settings set value = to_jsonb(%(value)s::text), updated_at = now()
where key = %(key)s and value is distinct from to_jsonb(%(value)s::text)
"""
SWITCH = """
update business_settings set value = to_jsonb(%(value)s::boolean), updated_at = now()
where key = %(key)s and value is distinct from to_jsonb(%(value)s::boolean)
"""


@dataclass(frozen=True, slots=True)
class BusinessSettings:
    """The settings as they are. ``waiting`` counts the e-mails that would leave now."""

    business_name: str
    sending_paused: bool
    demo_loaded: bool
    removing_demo: bool
    waiting: int
    has_own_owner: bool
    is_demo_account: bool


async def read_settings(work: Work) -> BusinessSettings:
    """Return the settings in one round trip."""
    row = await work.row(READ, now=work.now, person_id=work.identity.person_id)
    assert row is not None
    return BusinessSettings(**{name: getattr(row, name) for name in BusinessSettings.__slots__})


async def rename_business(work: Work, name: str) -> None:
    """Change the name that pages and e-mails carry."""
    if await work.run(STORE, key="business_name", value=name):
        await record(work, "business.renamed", "setting", None, name)


async def pause_sending(work: Work) -> None:
    """Hold everything that would leave the house; it waits until sending goes on."""
    await _switch_sending(work, paused=True)


async def resume_sending(work: Work) -> None:
    """Let what waits leave now."""
    await _switch_sending(work, paused=False)
    work.nudge()


async def remove_demo_data(work: Work, typed: str) -> None:
    """Plan the removal of all demo data. Raises InvalidInput unless the word was typed, Conflict when there is none."""
    if typed.strip().lower() != REMOVE_WORD:
        raise InvalidInput({"word": _("Type {word} to confirm.", word=REMOVE_WORD)})
    settings = await read_settings(work)
    if settings.removing_demo or not settings.demo_loaded:
        raise Conflict(_("The demo data is being removed or gone already."))
    await plan_step(work, "remove_demo", None, key=f"remove_demo:{work.now.isoformat()}")
    await record(work, "demo.removed")
    work.signal("settings")


async def _switch_sending(work: Work, *, paused: bool) -> None:
    if await work.run(SWITCH, key="sending_paused", value=paused):
        await record(work, "sending.paused" if paused else "sending.resumed")
        work.signal("settings")
        work.signal("deliveries")
