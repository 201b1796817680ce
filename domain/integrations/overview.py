"""How each provider does: what the shared row about its traffic says, and what came of the last tries."""

from collections.abc import Mapping, Sequence

from domain.audit import record
from domain.errors import Conflict, NotFound
from domain.integrations.states import TITLES
from domain.language import _
from domain.work import Row, Work

# The outage and the pause run on real time, unlike everything else on a page.
TRAFFIC = """
select provider, failures, opened_until, last_success_at, last_failure_at, last_error, account_problem, quota_left, quota_limit,
  quota_resets_at, quota_seen_at, now() as real_now,
  (select count(*) from deliveries d where d.channel = t.channel and d.state in ('pending', 'retry')
     and d.due_at <= %(now)s) as waiting
from provider_traffic t
"""
# A try by e-mail is an ordinary delivery.
TESTS = """
select t.id, asked_at, ended_at, state, outcome, link, h.name as asked_by_name from (
  select id, asked_by, asked_at, ended_at, state, outcome, link from provider_tests where provider = %(provider)s
  union all
  select id, person_id, created_at, sent_at, case state when 'sent' then 'succeeded' when 'pending' then 'waiting'
    when 'sending' then 'running' when 'retry' then 'waiting' when 'unknown' then 'unknown' else 'failed' end,
    case when reason <> '' then reason else to_address end, '/admin/deliveries/' || id
    from deliveries where %(provider)s = 'sendgrid' and kind = 'test'
  order by asked_at desc limit 5) t left join people h on h.id = t.asked_by
order by asked_at desc, t.id
"""
CLOSE = """
update provider_traffic set failures = 0, opened_until = null, probing_until = null, account_problem = ''
 where provider = %(provider)s and (failures > 0 or opened_until > now() or account_problem <> '')
"""


async def read_traffic(work: Work) -> Mapping[str, Row]:
    """Return each provider's row, with how many deliveries wait for it."""
    return {row.provider: row for row in await work.rows(TRAFFIC, now=work.now)}


async def list_tests(work: Work, provider: str) -> Sequence[Row]:
    """Return the last five tries of a provider, the newest first."""
    return await work.rows(TESTS, provider=provider)


async def close_breaker(work: Work, provider: str) -> None:
    """Let requests to the provider out again at once. Raises NotFound, and Conflict when nothing holds them back."""
    require_provider(provider)
    if not await work.run(CLOSE, provider=provider):
        raise Conflict(_("Nothing is held back from {provider} any more.", provider=TITLES[provider]))
    await record(work, "integration.breaker_closed", "provider", None, TITLES[provider])
    work.signal("integrations")
    work.nudge()


def require_provider(provider: str) -> str:
    """Return the provider's name; raise NotFound for what is none."""
    if provider not in TITLES:
        raise NotFound(_("There is no such provider."))
    return provider
