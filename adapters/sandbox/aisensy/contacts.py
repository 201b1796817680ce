"""Contacts: everybody who was written to or wrote, with what WhatsApp knows of them."""

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

import msgspec

from adapters.sandbox.database import SandboxDatabase

_KEEP = """
insert into aisensy_contacts (phone, id, name, source, tags, attributes, created_at)
values (%(phone)s, %(id)s, %(name)s, %(source)s, %(tags)s, %(attributes)s, app_now())
on conflict (phone) do update set
  tags = (select array(select distinct unnest(aisensy_contacts.tags || excluded.tags) order by 1)),
  attributes = aisensy_contacts.attributes || excluded.attributes
returning *
"""
_FIND = "select *, app_now() as now from aisensy_contacts where phone = %(phone)s"


async def keep_contact(
    database: SandboxDatabase,
    phone: str,
    name: str,
    *,
    source: str = "",
    tags: Sequence[str] = (),
    attributes: Mapping[str, str] | None = None,
) -> Any:
    """Return the contact of a number, made where it is new. A known one keeps its name."""
    return await database.row(
        _KEEP,
        phone=phone,
        id=token_hex(12),
        name=name,
        source=source,
        tags=list(tags),
        attributes=msgspec.json.encode(dict(attributes or {})).decode(),
    )


async def find_contact(database: SandboxDatabase, phone: str) -> Any:
    """Return the contact with the business time as ``now``, or None."""
    return await database.row(_FIND, phone=phone)


def contact_object(contact: Any) -> dict[str, Any]:
    """Return the contact as AiSensy shows it."""
    return {
        "type": "contact",
        "id": contact.id,
        "name": contact.name,
        "phone_number": contact.phone,
        "source": contact.source,
        "tags": [{"id": tag} for tag in contact.tags],
        "attributes": contact.attributes,
        "created_at": milliseconds(contact.created_at),
        "last_active": milliseconds(contact.last_wrote_at),
    }


def milliseconds(moment: Any) -> int | None:
    return round(moment.timestamp() * 1000) if moment else None
