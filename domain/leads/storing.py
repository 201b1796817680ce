"""Storing a chunk of clean leads: matched with the people known already, in one statement however many rows there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from domain.leads.reach import reachable_sql, ways_of_sequences
from domain.leads.written import key_prefix
from domain.work import Row, Work

# Everything is known of each row before anything is written: the person it belongs to, or none yet. No person is added by
# "on conflict": asking each unique index twice would cost more than a second try when someone else was quicker. Each person is
# looked up by the unique index: joined, all people would be read for every chunk.
FOUND = """
found as materialized (
  select r.*, coalesce((select p.id from people p where p.email = r.email),
      (select p.id from people p where p.phone = r.phone)) as person_id
    from unnest(%(n)s::int[], %(person_keys)s::text[], %(lead_keys)s::text[], %(names)s::text[], %(emails)s::text[],
        %(phones)s::text[], %(cities)s::text[], %(sources)s::text[], %(campaigns)s::text[], %(notes)s::text[],
        %(tags)s::text[], %(consents)s::boolean[], %(attributes)s::text[])
      as r (n, person_key, lead_key, name, email, phone, city, source, campaign, notes, tags, consent, attributes)
), ranked as materialized (
  -- One row may name a person by the e-mail, another by the phone: only the database knows that they are the same.
  select n, person_id, min(n) over (partition by person_id) as first_n from found where person_id is not null
), known as materialized (
  select r.* from ranked k join found r using (n) where k.n = k.first_n
)
"""
# Whoever has an account signs in by these details: only they, or whoever may correct them, change them.
HOLDS_ACCOUNT = "exists (select from profiles f where f.person_id = p.id)"
COUNTS = f"""
select (select count(*) from found where person_id is null) as fresh, (select count(*) from known) as known,
  (select jsonb_agg(jsonb_build_array(n, first_n)) from ranked where n <> first_n) as twins,
  (select jsonb_agg(r.n) from known r join people p on p.id = r.person_id where {HOLDS_ACCOUNT} and (
    (r.email <> '' and r.email is distinct from p.email)
    or (r.phone <> '' and r.phone is distinct from p.phone))) as kept
"""
# What a lead sequence would find: who can be written to, and of whom it is known that it does not begin for them.
REACH = f"""
, first_rows as (
  select person_id, email, phone, consent from known
  union all select null, email, phone, consent from found where person_id is null
), reachable as materialized (
  select r.person_id, a.phone from first_rows r left join people p on p.id = r.person_id
    cross join lateral (select coalesce(p.email, nullif(r.email, '')) as email, coalesce(p.phone, nullif(r.phone, '')) as phone,
      coalesce(p.consent_whatsapp, r.consent) as agrees) a
   where {reachable_sql("a.email", "a.phone", "a.agrees")}
), taken as (
  select r.person_id, a.course_id from reachable r join cta_submissions a on a.person_id = r.person_id
  union
  select r.person_id, a.course_id from reachable r join cta_submissions a on a.phone = r.phone where r.person_id is not null
  union
  select r.person_id, b.course_id from reachable r join enrolments e on e.person_id = r.person_id
    join batches b on b.id = e.batch_id
  union
  select r.person_id, s.course_id from reachable r join lead_sequences s on s.person_id = r.person_id
)
"""
COUNT = f"""
with {FOUND} {REACH} {COUNTS}, (select count(*) from reachable) as reachable,
  (select jsonb_object_agg(course_id, count) from (select course_id, count(*) from taken group by course_id) c) as taken
"""
STORE = f"""
with {FOUND}, fresh as (
  insert into people (id, name, email, phone, city, consent_email, consent_whatsapp, import_id, created_at, updated_at)
  select (%(key)s || person_key)::uuid, name, nullif(email, ''), nullif(phone, ''), city, consent, consent, %(import_id)s,
      %(now)s, %(now)s
    from found where person_id is null
), fresh_leads as (
  insert into imported_leads (id, person_id, import_id, last_import_id, row_number, source, campaign, tags, notes,
    attributes, created_at)
  select (%(key)s || lead_key)::uuid, (%(key)s || person_key)::uuid, %(import_id)s, %(import_id)s, n, source, campaign,
      tags::text[], notes, attributes::jsonb, %(now)s
    from found where person_id is null
), filled as (
  update people p set
      name = case when r.name <> '' and (p.name = '' or 'name' = any(%(overwrite)s)) then r.name else p.name end,
      city = case when r.city <> '' and (p.city = '' or 'city' = any(%(overwrite)s)) then r.city else p.city end,
      email = case when r.email <> '' and (p.email is null or 'email' = any(%(overwrite)s))
        and not exists (select from people o where o.email = r.email and o.id <> p.id) then r.email else p.email end,
      phone = case when r.phone <> '' and (p.phone is null or 'phone' = any(%(overwrite)s))
        and not exists (select from people o where o.phone = r.phone and o.id <> p.id) then r.phone else p.phone end,
      updated_at = %(now)s
    from known r where p.id = r.person_id and not {HOLDS_ACCOUNT}
     and (p.name = '' or p.city = '' or p.email is null or p.phone is null
       or %(overwrite)s && array['name', 'city', 'email', 'phone'])
), known_leads as (
  insert into imported_leads as l (id, person_id, import_id, last_import_id, row_number, status, source, campaign, tags,
    notes, attributes, created_at)
  select (%(key)s || r.lead_key)::uuid, r.person_id, %(import_id)s, %(import_id)s, r.n, case
        when exists (select from enrolments e where e.person_id = r.person_id) then 'enrolled'
        when exists (select from cta_submissions a where a.person_id = r.person_id) then 'applied'
        else 'new' end,
      r.source, r.campaign, r.tags::text[], r.notes, r.attributes::jsonb, %(now)s
    from known r
  on conflict (person_id) do update set
      last_import_id = excluded.last_import_id,
      source = case when excluded.source <> '' and (l.source = '' or 'source' = any(%(overwrite)s))
        then excluded.source else l.source end,
      campaign = case when excluded.campaign <> '' and (l.campaign = '' or 'campaign' = any(%(overwrite)s))
        then excluded.campaign else l.campaign end,
      notes = case when excluded.notes <> '' and (l.notes = '' or 'notes' = any(%(overwrite)s))
        then excluded.notes else l.notes end,
      tags = (select array(select distinct unnest(l.tags || excluded.tags) order by 1)),
      attributes = excluded.attributes || l.attributes
)
{COUNTS}
"""
# What a power cut could take is whole chunks, each with how far the import had come: it would go on from there.
COMMIT_SOON = "set local synchronous_commit = off"


@dataclass(frozen=True, slots=True)
class Stored:
    """How many leads were new, and how many belonged to people known already.

    ``twins`` are rows that proved to be the person of an earlier row of the chunk, with that row: they are left out.
    ``kept`` are rows of people with an account, whose own contacts differ from the row's and stay. Counting alone tells
    who is ``reachable`` by a lead sequence and, by course, how many of them have been ``taken`` for it or written to about it.
    """

    fresh: int
    known: int
    twins: Mapping[int, int]
    kept: frozenset[int] = frozenset()
    reachable: int = 0
    taken: Mapping[str, int] = field(default_factory=dict)


async def count_chunk(work: Work, columns: Mapping[str, str]) -> Stored:
    """Return what storing these leads, written by ``as_columns``, would do."""
    row = await work.row(COUNT, **columns, **await ways_of_sequences(work), now=work.now)
    assert row is not None
    return replace(_read(row), reachable=row.reachable, taken=row.taken or {})


async def store_chunk(
    work: Work, import_id: UUID | None, columns: Mapping[str, str], overwrite: Sequence[str]
) -> Stored:
    """Store leads, written by ``as_columns``, that share no contact.

    When one of them was added by someone else in this very moment, the transaction ends with OvertakenByAnother.
    """
    await work.run(COMMIT_SOON)
    values = {"import_id": import_id, "overwrite": list(overwrite), "now": work.now, "key": key_prefix(work.now)}
    row = await work.row(STORE, **columns, **values)
    assert row is not None
    return _read(row)


def _read(row: Row) -> Stored:
    return Stored(row.fresh, row.known, dict(row.twins or ()), frozenset(row.kept or ()))
