"""Storing a chunk of clean leads: matched with the people known already, in one statement however many rows there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from domain.leads.rows import MAX_TAGS, CleanLead
from domain.work import Work

# The rows as one JSON text: parsed by Postgres, cheaper than an array a column or a round trip a row.
ROWS = """
rows as materialized (
  select *, gen_random_uuid() as new_id
    from json_to_recordset(%(rows)s::json) as r (n int, name text, email text, phone text, city text, source text, campaign text,
    notes text, tags text[], consent boolean, attributes jsonb)
), found as materialized (
  select r.n, coalesce(by_email.id, by_phone.id) as person_id
    from rows r left join people by_email on by_email.email = r.email left join people by_phone on by_phone.phone = r.phone
), ranked as materialized (
  -- One row may name a person by the e-mail, another by the phone: only the database knows that they are the same.
  select n, person_id, case when person_id is null then n else min(n) over (partition by person_id) end as first_n
    from found
), matched as materialized (
  select n, person_id from ranked where n = first_n
)
"""
TWINS = "(select jsonb_agg(jsonb_build_array(n, first_n)) from ranked where n <> first_n) as twins"
COUNT = f"""
with {ROWS}
select count(*) filter (where person_id is null) as fresh, count(person_id) as known, {TWINS} from matched
"""
STORE = f"""
with {ROWS}, fresh as (
  insert into people (id, name, email, phone, city, consent_email, consent_whatsapp, import_id, created_at, updated_at)
  select r.new_id, r.name, r.email, r.phone, r.city, coalesce(r.consent, false), coalesce(r.consent, false),
      %(import_id)s, %(now)s, %(now)s
    from rows r join matched m using (n) where m.person_id is null
  on conflict do nothing
  returning id
), placed as materialized (
  select n, person_id, true as is_known from matched where person_id is not null
  union all
  select r.n, f.id, false from fresh f join rows r on r.new_id = f.id
), filled as (
  update people p set
      name = case when r.name <> '' and (p.name = '' or 'name' = any(%(overwrite)s)) then r.name else p.name end,
      city = case when r.city <> '' and (p.city = '' or 'city' = any(%(overwrite)s)) then r.city else p.city end,
      email = case when r.email is not null and (p.email is null or 'email' = any(%(overwrite)s))
        and not exists (select from people o where o.email = r.email and o.id <> p.id) then r.email else p.email end,
      phone = case when r.phone is not null and (p.phone is null or 'phone' = any(%(overwrite)s))
        and not exists (select from people o where o.phone = r.phone and o.id <> p.id) then r.phone else p.phone end,
      consent_email = p.consent_email or coalesce(r.consent, false),
      consent_whatsapp = p.consent_whatsapp or coalesce(r.consent, false),
      updated_at = %(now)s
    from placed m join rows r using (n) where m.is_known and p.id = m.person_id
     and (p.name = '' or p.city = '' or p.email is null or p.phone is null or r.consent
       or %(overwrite)s && array['name', 'city', 'email', 'phone'])
), leads as (
  insert into imported_leads as l (person_id, import_id, last_import_id, row_number, status, source, campaign, tags,
    notes, attributes, created_at)
  select m.person_id, %(import_id)s, %(import_id)s, r.n, case
        when m.is_known and exists (select from enrolments e where e.person_id = m.person_id) then 'enrolled'
        when m.is_known and exists (select from cta_submissions a where a.person_id = m.person_id) then 'applied'
        else 'new' end,
      r.source, r.campaign, r.tags, r.notes, r.attributes, %(now)s
    from placed m join rows r using (n)
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
select count(*) filter (where not is_known) as fresh, count(*) filter (where is_known) as known, {TWINS} from placed
"""


class OvertakenByAnother(Exception):
    """Somebody of this chunk was added by someone else in this very moment: store it again, now they are known."""


@dataclass(frozen=True, slots=True)
class NumberedLead:
    """A clean lead, the number of its row in the file, and the row as it was."""

    number: int
    lead: CleanLead
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Stored:
    """How many leads were new, and how many belonged to people known already.

    ``twins`` are rows that proved to be the person of an earlier row of the chunk, with that row: they are left out.
    """

    fresh: int
    known: int
    twins: Mapping[int, int]


async def count_chunk(work: Work, rows: str) -> Stored:
    """Return what storing these leads, written by ``as_rows``, would do."""
    row = await work.row(COUNT, rows=rows)
    assert row is not None
    return Stored(row.fresh, row.known, dict(row.twins or ()))


async def store_chunk(work: Work, import_id: UUID | None, rows: str, count: int, overwrite: Sequence[str]) -> Stored:
    """Store ``count`` leads, written by ``as_rows``, that share no contact.

    Raises OvertakenByAnother when one was added beside us.
    """
    row = await work.row(STORE, rows=rows, import_id=import_id, overwrite=list(overwrite), now=work.now)
    assert row is not None
    stored = Stored(row.fresh, row.known, dict(row.twins or ()))
    if stored.fresh + stored.known + len(stored.twins) != count:
        raise OvertakenByAnother
    return stored


def as_rows(leads: Sequence[NumberedLead], options: Mapping[str, Any]) -> str:
    """Write leads as the statements here read them. Takes its time: call it off the event loop."""
    tags, source = list(options.get("tags", ())), options.get("source", "")
    rows = [
        {
            "n": numbered.number,
            "name": lead.name,
            "email": lead.email,
            "phone": lead.phone,
            "city": lead.city,
            "source": lead.source or source,
            "campaign": lead.campaign,
            "notes": lead.notes,
            "tags": [*dict.fromkeys([*tags, *lead.tags])][:MAX_TAGS],
            "consent": lead.consent,
            "attributes": _attributes(lead),
        }
        for numbered in leads
        if (lead := numbered.lead)
    ]
    return msgspec.json.encode(rows).decode()


def _attributes(lead: CleanLead) -> dict[str, str]:
    own = {
        "State": lead.state,
        "WhatsApp": lead.whatsapp if lead.whatsapp != lead.phone else "",
        "Created": lead.created_at.isoformat() if lead.created_at else "",
    }
    return {name: value for name, value in own.items() if value} | lead.attributes
