"""The shared state of a provider's lane, changed in one statement each. All moments are real time."""

# Grants up to so many tokens; none while the lane is open, a single one as the probe of a lane that may be whole again.
LEASE = """
with found as (
  select provider, failures, failures >= %(threshold)s as is_broken, clock_timestamp() as at,
         greatest(extract(epoch from opened_until - clock_timestamp()), 0)::float8 as open_for,
         greatest(extract(epoch from probing_until - clock_timestamp()), 0)::float8 as probing_for,
         least(%(burst)s, tokens + %(rate)s * greatest(least(
           extract(epoch from clock_timestamp() - greatest(refilled_at, clock_timestamp() - interval '1 hour')), 3600), 0)
         )::float8 as available
    from provider_traffic where provider = %(provider)s for update
), decided as (
  select *, case when open_for > 0 and is_broken then 'broken' when open_for > 0 then 'paused'
                 when is_broken and probing_for > 0 then 'broken' when available < 1 then 'empty' else '' end as why
    from found
), granted as (
  select *, case when why <> '' then 0 when is_broken then 1 else least(floor(available), %(want)s)::integer end as granted
    from decided
)
update provider_traffic t set tokens = available - granted, refilled_at = at,
       probing_until = case when is_broken and granted > 0 then at + make_interval(secs => %(probe)s)
                            else t.probing_until end
  from granted g where t.provider = g.provider
returning granted, why, t.failures, t.account_problem,
  case why when 'empty' then (1 - available) / %(rate)s when '' then 0
           else case when open_for > 0 then open_for else least(probing_for, 2) end end::float8 as wait
"""

SUCCEEDED = """
update provider_traffic t set failures = 0, probing_until = null, last_success_at = clock_timestamp(),
       opened_until = case when t.failures >= %(threshold)s then null else t.opened_until end
  from (select provider, failures from provider_traffic where provider = %(provider)s for update) before
 where t.provider = before.provider
returning t.failures, before.failures >= %(threshold)s as has_turned
"""

# It answers, if not as we wish: no outage, and nothing to be proud of.
REFUSED = """
update provider_traffic t set failures = 0, probing_until = null, last_failure_at = clock_timestamp(), last_error = %(error)s,
       opened_until = case when before.failures >= %(threshold)s then null else t.opened_until end
  from (select provider, failures, last_error from provider_traffic where provider = %(provider)s for update) before
 where t.provider = before.provider
returning t.failures, before.failures >= %(threshold)s or before.last_error <> %(error)s as has_turned
"""

# The time grows from 5 s to a minute, and no two outages end at the same moment. Failures of requests that were under way
# when the lane opened say nothing new.
FAILED = """
with before as (
  select provider, failures, failures >= %(threshold)s and opened_until > clock_timestamp() as is_open
    from provider_traffic where provider = %(provider)s for update
), after as (
  select provider, is_open, failures + case when is_open then 0 else 1 end as failures from before
)
update provider_traffic t set failures = a.failures, last_failure_at = clock_timestamp(), last_error = %(error)s,
       probing_until = null,
       opened_until = case when a.is_open or a.failures < %(threshold)s then t.opened_until
         else greatest(t.opened_until, clock_timestamp() + make_interval(
           secs => least(5 * 2.0 ^ least(a.failures - %(threshold)s, 10), 60) * (0.75 + random() / 2))) end
  from after a where t.provider = a.provider
returning t.failures, t.failures >= %(threshold)s as has_turned
"""

THROTTLED = """
update provider_traffic t set failures = 0, probing_until = null, last_failure_at = clock_timestamp(),
       last_error = %(error)s,
       opened_until = greatest(t.opened_until, clock_timestamp() + make_interval(secs => %(wait)s))
 where t.provider = %(provider)s
returning t.failures, %(threshold)s > 0 as has_turned
"""

# What happens with every answer is written together, twice a second. An answer after the last failure ends the counting.
NOTE = """
update provider_traffic t set
       last_success_at = case when s.has_succeeded
         then greatest(t.last_success_at, clock_timestamp() - make_interval(secs => s.age)) else t.last_success_at end,
       failures = case when s.has_succeeded and t.failures < %(threshold)s
                            and coalesce(t.last_failure_at < clock_timestamp() - make_interval(secs => s.age), true)
                       then 0 else t.failures end,
       quota_left = coalesce(s.quota_left, t.quota_left), quota_limit = coalesce(s.quota_limit, t.quota_limit),
       quota_resets_at = case when s.quota_left is null then t.quota_resets_at else s.quota_resets_at end,
       quota_seen_at = case when s.quota_left is null then t.quota_seen_at else clock_timestamp() end
  from jsonb_to_recordset(%(notes)s::jsonb) as s (provider text, has_succeeded boolean, age float8,
       quota_left integer, quota_limit integer, quota_resets_at timestamptz)
 where t.provider = s.provider
"""

KEEP = """
insert into provider_requests (provider, at, method, path, outcome, status, error, duration_ms, request_headers,
  request_body, request_bytes, response_headers, response_body, response_bytes)
select provider, at, method, path, outcome, status, error, duration_ms, request_headers,
  request_body, request_bytes, response_headers, response_body, response_bytes
from jsonb_to_recordset(%(rows)s::jsonb) as r (provider text, at timestamptz, method text, path text, outcome text,
  status integer, error text, duration_ms float8, request_headers jsonb, request_body text, request_bytes bigint,
  response_headers jsonb, response_body text, response_bytes bigint)
"""
