"""Which leads are meant: by search, status, source, import, tag and date, or by name. Lists, exports, tags, deletions and
campaigns all take the same filter, so that what is counted is what is acted on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

HOME_ZONE = ZoneInfo("Asia/Kolkata")
STATUSES = ("new", "emailed", "applied", "enrolled")
EVERYONE = 10_000_000  # more than there can be: of a search that looked at some alone, a filter would miss the rest
NO_SOURCE = "-"  # in the address, since an empty value there means any

FIRST_OR_LAST = """l.import_id = %(import_id)s
 or l.last_import_id = %(import_id)s and l.last_import_id is distinct from l.import_id"""
PAST = "l.id in (select lead_id from lead_past_imports where import_id = %(import_id)s)"
# An index takes the array, which is searched from one end to the other where no index is used: it must be short.
FEW_PAST = "l.id = any(array(select lead_id from lead_past_imports where import_id = %(import_id)s))"
MANY_PAST = "(select exists (select from lead_past_imports where import_id = %(import_id)s offset 500))"

_PHONE_LIKE = re.compile(r"\+?[0-9][0-9 ()./\-]{3,}")


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """What is asked for. Empty parts ask for nothing; dates are days in India, both ends counted in.

    ``ids`` names leads one by one: none of them are no leads, and only None is all.
    """

    q: str = ""
    status: str = ""
    source: str = ""
    import_id: UUID | None = None
    tag: str = ""
    since: date | None = None
    until: date | None = None
    ids: tuple[UUID, ...] | None = None

    @property
    def is_empty(self) -> bool:
        return not self.as_values()

    @property
    def is_counted(self) -> bool:
        """Whether `lead_counts` knows how many there are."""
        return not (self.as_values().keys() - {"status"})

    def as_values(self) -> dict[str, Any]:
        """Return the parts that are asked for, as they stand in an address or in JSON."""
        parts: dict[str, Any] = {}
        for part in fields(self):
            value = getattr(self, part.name)
            if value or value == ():
                name = "import" if part.name == "import_id" else "id" if part.name == "ids" else part.name
                parts[name] = [str(one) for one in value] if part.name == "ids" else str(value)
        return parts

    def conditions(self, *, few: bool = False) -> tuple[str, dict[str, Any]]:
        """Return SQL over `imported_leads l`, beginning with `where`, and its values.

        With ``few``, an import is looked up by indexes alone: that is the faster way unless `MANY_PAST` holds.
        """
        found = [(sql, values) for sql, values in self._parts(few) if sql]
        merged: dict[str, Any] = {}
        for _sql, values in found:
            merged |= values
        return ("where " + " and ".join(sql for sql, _values in found) if found else ""), merged

    def _parts(self, few: bool) -> Sequence[tuple[str, dict[str, Any]]]:
        source = "" if self.source == NO_SOURCE else self.source
        return [
            # Row security keeps LIKE from its index, so people are found by the database's own checked function.
            _part(self.q, "l.person_id in (select search_people(%(q)s, %(most)s))", q=needle(self.q), most=EVERYONE),
            _part(self.status, "l.status = %(status)s", status=self.status),
            _part(self.source, "l.source = %(source)s", source=source),
            _part(self.import_id, f"({FIRST_OR_LAST} or {FEW_PAST if few else PAST})", import_id=self.import_id),
            _part(self.tag, "l.tags @> array[%(tag)s]", tag=self.tag),
            _part(self.since, "l.created_at >= %(since)s", since=self.since and _begin(self.since)),
            _part(self.until, "l.created_at < %(until)s", until=self.until and _begin(self.until + timedelta(days=1))),
            _part(self.ids is not None, "l.id = any(%(ids)s)", ids=list(self.ids or ())),
        ]


def read_filter(values: Mapping[str, Any]) -> LeadFilter:
    """Return the filter that stands in an address, a form or in JSON; what is not understood is not asked for."""
    status = _text(values, "status")
    since, until = _day(_text(values, "since")), _day(_text(values, "until"))
    return LeadFilter(
        q=_text(values, "q")[:100],
        status=status if status in STATUSES else "",
        source=_text(values, "source")[:120],
        import_id=_uuid(_text(values, "import")),
        tag=_text(values, "tag")[:50],
        since=since,
        until=until,
        ids=tuple(found for one in _many(values, "id") if (found := _uuid(str(one)))) if "id" in values else None,
    )


def needle(text: str) -> str:
    """Return what to look for: a phone number as it is kept, without the spaces and dashes that people write."""
    text = text.strip()
    if _PHONE_LIKE.fullmatch(text):
        return re.sub(r"[^0-9+]", "", text).removeprefix("0")
    return " ".join(text.split())


def _part(asked: object, sql: str, **values: Any) -> tuple[str, dict[str, Any]]:
    return (sql, values) if asked else ("", {})


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), HOME_ZONE)


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name) or ""
    return str(value[0] if isinstance(value, list) else value).replace("\0", "").strip()


def _many(values: Mapping[str, Any], name: str) -> list[Any]:
    value = values.getall(name, []) if hasattr(values, "getall") else values.get(name) or []
    return value if isinstance(value, list) else [value]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day and day < date.max else None  # the day after it must be one
